"""What is wrong with a configuration, for who fills in a page: the sentences of files, as faces can translate them.

Files are read by people who write YAML in English; whoever reads a page reads it in their language.
"""

import re

from django.utils.translation import gettext_noop

from tramita.domain.errors import FieldError

SAYINGS = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (
            r"a number from (?P<low>\d+) to (?P<high>\d+) expected here",
            gettext_noop("Give a number from %(low)s to %(high)s."),
        ),
        (r"a date expected here, .*", gettext_noop("Give a date.")),
        (r"one of (?P<words>.+?) expected here.*", gettext_noop("Choose one of these: %(words)s.")),
        (r"longer than (?P<most>\d+) characters", gettext_noop("At most %(most)s characters.")),
        (r".*an incoming connection needs “\w+”", gettext_noop("The connection needs this.")),
        (
            r"“\w+” is nothing without “token_url”",
            gettext_noop("This belongs to OAuth: give the address for tokens, too."),
        ),
        (r"POP3 cannot do .*", gettext_noop("With POP3 a mail can be left as it is, or deleted.")),
        (
            r"“after: move” and “move_to” go together",
            gettext_noop("To move mail, name the folder; name it only for that."),
        ),
        (r"POP3 has no folders", gettext_noop("POP3 has no folders.")),
        (
            r"“token_url” needs “authorize_url” or “refresh_token_env”",
            gettext_noop("OAuth needs an address for consent, or a refresh token."),
        ),
        (r"it logs in with .*", gettext_noop("Log in with a password or by OAuth: give one of the two.")),
        (r"from 10 seconds to one day.*", gettext_noop("Give 10 seconds to one day, such as “1 minute”.")),
        (
            r"an address that begins with https:// expected here",
            gettext_noop("Give an address that begins with https://."),
        ),
        (
            r"“(?P<text>.*)” is not a duration\..*",
            gettext_noop("“%(text)s” is not a duration. Write “5 days” or “16 working hours”."),
        ),
        (r"“(?P<address>.*)” is no e-mail address", gettext_noop("“%(address)s” is no mail address.")),
        (
            r"“(?P<text>.*)” is no DKIM selector, .*",
            gettext_noop("“%(text)s” is no name of a DKIM key, such as s1 or mail.2026."),
        ),
        (
            r"“[^”]*@[^”]*” is already defined in .*",
            gettext_noop("This address has a route already, or is named twice."),
        ),
        (r"“(?P<name>.*)” is already defined in .*", gettext_noop("“%(name)s” is there already.")),
        (r"a text must not be empty", gettext_noop("This is needed.")),
        (r".* needs (an )?“\w+”", gettext_noop("This is needed.")),
        (r"a text in one language at least expected here", gettext_noop("Write the text in one language at least.")),
        (r"“(?P<value>.*)” is in the list twice", gettext_noop("“%(value)s” is in the list twice.")),
        (r"there is no time zone “(?P<zone>.*)”", gettext_noop("There is no time zone “%(zone)s”.")),
        (r"there is no placeholder “(?P<name>.*)”; .*", gettext_noop("There is no placeholder “%(name)s”.")),
        (r"there is no [\w -]+ “(?P<key>.*?)”.*", gettext_noop("There is no “%(key)s”.")),
        (r"“to” must not be before “from”", gettext_noop("The end lies before the beginning.")),
        (r"a cycle: .* cannot report to .*", gettext_noop("They would report to themselves in the end.")),
        (r"a lease is at most a day.*", gettext_noop("At most a day, in hours and minutes.")),
    )
)


def plainly(fault: FieldError, field: str) -> FieldError:
    """The fault under the name of a page's field, in a sentence that can be translated; an unknown one as it is."""
    for pattern, sentence in SAYINGS:
        if found := pattern.fullmatch(fault.message):
            return FieldError(field, fault.code, sentence, found.groupdict())
    return FieldError(field, fault.code, fault.message)
