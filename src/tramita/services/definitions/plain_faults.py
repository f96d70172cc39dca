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
        (
            r"“(?P<name>[\w.-]+)” is a standard role.*",
            gettext_noop("“%(name)s” is a standard role: choose another name."),
        ),
        (
            r"only who works at the desk has the role of a builder",
            gettext_noop("Only who works at the desk has a role in the Builder."),
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
        (r"a Case type that goes live needs a due rule", gettext_noop("A Case type that goes live needs a due rule.")),
        (
            r"a Case type that goes live needs a queue, .*",
            gettext_noop("A Case type that goes live needs a queue, or somebody who gets it."),
        ),
        (r"the step “(?P<step>.*)” has no “actions”", gettext_noop("The step “%(step)s” has no Actions.")),
        (
            r"there is another (step|Action) “(?P<name>.*?)” .*",
            gettext_noop("There is another one of the name “%(name)s”."),
        ),
        (
            r"“(?P<key>\w+)” has no meaning for an Action of the kind (?P<kind>\w+)",
            gettext_noop("“%(key)s” has no meaning for an Action of the kind %(kind)s."),
        ),
        (
            r"an Action of the kind approval needs “levels”, “rules” or a “sheet”",
            gettext_noop("Say who approves: by levels, by rules or by a sheet."),
        ),
        (
            r"give either “\w+” or “\w+”; one says all",
            gettext_noop("Give levels, or rules, or a sheet; one of them says all."),
        ),
        (r"assign needs “user” or “position”", gettext_noop("Choose who gets it.")),
        (
            r"give either “\w+” or “\w+”: one of them gets it",
            gettext_noop("Name a person or a position, not both."),
        ),
        (
            r"“copy_position” goes with “inform” and a “position”",
            gettext_noop("Copies go to holders of the position that the rule names, when whoever gets it is told."),
        ),
        (
            r"“choose” goes with a position: .*",
            gettext_noop("Holders of a position are chosen among: of one person there is no choice."),
        ),
        (
            r"an Action of the kind wait_until needs either “date” or “after”",
            gettext_noop("Give either the date or the length of the wait."),
        ),
        (r"“\w+” needs “review: four_eyes”", gettext_noop("This belongs to a review by a second person.")),
        (
            r"an item has no “(?P<name>[^”]*)”.*",
            gettext_noop("An item has no “%(name)s”; a field is written fields.NAME."),
        ),
        (
            r"“(?P<name>[^”]*)” is no declared field.*",
            gettext_noop("“%(name)s” is no declared field; a field is written fields.NAME."),
        ),
        (r"there is no field “(?P<name>.*)”", gettext_noop("There is no field “%(name)s”.")),
        (
            r"this Case type declares no field “(?P<name>.*)”",
            gettext_noop("This Case type declares no field “%(name)s”."),
        ),
        (r"not a condition: .*", gettext_noop("This is no condition. Write it like fields.amount > 1000.")),
        (
            r"“least” goes with “any_of”; .*",
            gettext_noop("All of them must agree: leave out how many."),
        ),
        (
            r"(?P<least>\d+) must agree, and (?P<named>\d+) are named",
            gettext_noop("%(least)s must agree, but only %(named)s are named."),
        ),
        (
            r"a level needs either “any_of” or “all_of”, .*",
            gettext_noop("Name at least one approver of each level."),
        ),
        (r"this rule is never reached: .*", gettext_noop("This rule is never reached: the one before always holds.")),
        (r"this line names no approvers", gettext_noop("A line names no approvers.")),
        (
            r"this line has (?P<cells>\d+) cells, the first (?P<width>\d+)",
            gettext_noop("A line has %(cells)s cells, the first %(width)s."),
        ),
        (
            r"the first line of a sheet names its inputs, .*",
            gettext_noop("The first line of a sheet names its inputs, then “level 1” and so on."),
        ),
        (
            r"“columns” belongs to the type table, .*",
            gettext_noop("Columns belong to the type table, and that type needs them."),
        ),
        (
            r"“choices” belongs to the type choice, .*",
            gettext_noop("Choices belong to the type choice, and that type needs them."),
        ),
        (
            r"“(?P<name>.*)” stands on the card “(?P<card>.*)” already",
            gettext_noop("“%(name)s” stands on the card “%(card)s” already."),
        ),
        (
            r"whether the field “(?P<name>.*)” is shown depends, .*",
            gettext_noop("Whether the field “%(name)s” is shown depends, in the end, on itself."),
        ),
        (r"“(?P<name>.*)” is a table; .*", gettext_noop("“%(name)s” is a table; choose a field with one value.")),
        (
            r"“(?P<name>.*)” is no name of a field: .*",
            gettext_noop("“%(name)s” is no name of a field: letters, digits and “_” only."),
        ),
        (
            r"“(?P<name>.*)” is no name: letters, .*",
            gettext_noop("“%(name)s” is no name: letters, digits, “-”, “_” and “.” only."),
        ),
        (
            r"“(?P<rule>.*)” counts working time; .*",
            gettext_noop("“%(rule)s” counts working time: name a calendar in the rule or in the contract."),
        ),
        (
            r"a cycle: “(?P<one>.*)” leads back to “(?P<two>.*)”",
            gettext_noop("“%(one)s” would start “%(two)s” again, without an end."),
        ),
        (
            r"there is no schedule with the date “(?P<name>.*)”, .*",
            gettext_noop("There is no schedule with the date “%(name)s”, such as payroll/cutoff."),
        ),
        (
            r"“(?P<rule>.*)” counts from a schedule, and only .*",
            gettext_noop("“%(rule)s” counts from a schedule, and only Cases have one."),
        ),
        (
            r"“(?P<rule>.*)” counts from a schedule; name it .*",
            gettext_noop("“%(rule)s” counts from a schedule: choose the one of the Cases first."),
        ),
        (
            r"“(?P<rule>.*)” counts from the date “(?P<name>.*)”, which no schedule of “(?P<structure>.*)” has",
            gettext_noop("“%(rule)s” counts from the date “%(name)s”, which no schedule of “%(structure)s” has."),
        ),
        (
            r"“(?P<rule>.*)” counts from the Case above, and only .*",
            gettext_noop("“%(rule)s” counts from the Case above, and only Cases and Actions have one."),
        ),
        (
            r"“(?P<rule>.*)” counts from what is below a Case, and only .*",
            gettext_noop("“%(rule)s” counts from what is below a Case, and only Cases have that."),
        ),
        (
            r"“(?P<rule>.*)” counts from the Action “(?P<name>.*)”, which “.*” does not have",
            gettext_noop("“%(rule)s” counts from the Action “%(name)s”, which is not there."),
        ),
        (
            r"“(?P<rule>.*)” counts from “(?P<name>.*)”, whose “(?P<other>.*)” counts from the Case: a cycle",
            gettext_noop("“%(rule)s” counts from “%(name)s”, and that by “%(other)s” from the Case: a cycle."),
        ),
        (
            r"“(?P<rule>.*)” needs a date in the field “(?P<name>.*)”, .*",
            gettext_noop("“%(rule)s” needs a date in the field “%(name)s”."),
        ),
        (
            r"“(?P<rule>.*)” needs a number in the field “(?P<name>.*)”, .*",
            gettext_noop("“%(rule)s” needs a number in the field “%(name)s”."),
        ),
        (
            r"the Cases have a schedule of “(?P<structure>.*)”, not of “(?P<name>.*)”",
            gettext_noop("The Cases have a schedule of “%(structure)s”, not of “%(name)s”."),
        ),
        (
            r"a start needs exactly one of .*",
            gettext_noop("Say when it starts: every week, by a cron line, or on dates."),
        ),
        (
            r"one of primary, requester, subject, copied or an e-mail address expected here",
            gettext_noop("Write primary, requester, subject, copied or an address."),
        ),
        (r"a mail goes to somebody: .*", gettext_noop("A mail goes to somebody: name one.")),
        (
            r"“(?P<url>.*)” is no address that begins with https:// or http://",
            gettext_noop("“%(url)s” is no address that begins with https:// or http://."),
        ),
        (
            r"“(?P<name>.*)” is nothing that a call knows; .*",
            gettext_noop("“%(name)s” is nothing that a call knows, such as reference or fields.NAME."),
        ),
        (r"“(?P<name>.*)” is no header that can be given", gettext_noop("“%(name)s” is no header that can be given.")),
        (
            r"a secret does not belong into a file: .*",
            gettext_noop("A secret does not stand here: name its environment variable."),
        ),
        (
            r"“(?P<name>.*)” cannot be the name of an environment variable for this",
            gettext_noop("“%(name)s” cannot be the name of an environment variable for this."),
        ),
        (
            r"“(?P<name>.*)” is nothing that this mail knows; it knows (?P<known>.*)",
            gettext_noop("This mail knows no “%(name)s”; it knows %(known)s."),
        ),
        (r"a property cannot be mandatory: .*", gettext_noop("A property cannot be mandatory.")),
        (r".* has no key “(?P<name>[^”]*)”.*", gettext_noop("There is no setting “%(name)s”.")),
        (r"“(?P<key>.*)” is here twice, .*", gettext_noop("“%(key)s” is here twice.")),
        (r"not YAML: (?P<why>.*)", gettext_noop("This is no YAML: %(why)s")),
        (r"a key must be plain text", gettext_noop("A key must be plain text.")),
        (r"a character that YAML does not allow", gettext_noop("A character that YAML does not allow.")),
        (r"“(?P<what>.*)” is not allowed here", gettext_noop("“%(what)s” is not allowed here.")),
        (
            r"(a step|an Action) is written as one name and what belongs to it",
            gettext_noop("A step or an Action is written as its name and what belongs to it."),
        ),
        (r"“(?P<path>.*)” has no upper level “(?P<upper>.*)”", gettext_noop("There is no upper level “%(upper)s”.")),
        (r"the path “.*” is longer than (?P<most>\d+) characters", gettext_noop("At most %(most)s characters.")),
        (r"a text must not be empty", gettext_noop("This is needed.")),
        (r"an amount expected here, .*", gettext_noop("Give an amount, such as 80.00.")),
        (r"“\w+” needs a “currency”", gettext_noop("Name the currency of the prices.")),
        (
            r"“hours” needs “hourly_value” or “monthly_hours”",
            gettext_noop("Give the value of an hour, or the contracted hours."),
        ),
        (
            r"“\w+” needs “monthly_hours”",
            gettext_noop("Say how many hours are contracted a month, or give no more than the value of an hour."),
        ),
        (
            r"“excess_price” needs “normal_price” or “hourly_value”",
            gettext_noop("Give the price of a contracted hour, too."),
        ),
        (
            r"“monthly_hours” must come to whole minutes, .*",
            gettext_noop("Give hours that come to whole minutes, such as 37.5."),
        ),
        (r".* needs (an )?“\w+”", gettext_noop("This is needed.")),
        (r"a text in one language at least expected here", gettext_noop("Write the text in one language at least.")),
        (r"“(?P<value>.*)” is in the list twice", gettext_noop("“%(value)s” is in the list twice.")),
        (r"there is no time zone “(?P<zone>.*)”", gettext_noop("There is no time zone “%(zone)s”.")),
        (r"there is no placeholder “(?P<name>.*)”; .*", gettext_noop("There is no placeholder “%(name)s”.")),
        (
            r"there is no queue “(?P<name>.*?)” in the team “(?P<team>.*?)”.*",
            gettext_noop("The team “%(team)s” has no queue “%(name)s”."),
        ),
        (
            r"there is a queue “(?P<name>.*?)” (in the team “.*”|without a team) already: .*",
            gettext_noop("There is a queue “%(name)s” there already."),
        ),
        (r"there is no [\w -]+ “(?P<key>.*?)”.*", gettext_noop("There is no “%(key)s”.")),
        (r"“to” must not be before “from”", gettext_noop("The end lies before the beginning.")),
        (r"a cycle: .* cannot report to .*", gettext_noop("They would report to themselves in the end.")),
        (r"a lease is at most a day.*", gettext_noop("At most a day, in hours and minutes.")),
        (r".* expected here( \(write it in quotes\))?", gettext_noop("This is written in another way here.")),
    )
)


def plainly(fault: FieldError, field: str) -> FieldError:
    """The fault under the name of a page's field, in a sentence that can be translated; an unknown one as it is."""
    for pattern, sentence in SAYINGS:
        if found := pattern.fullmatch(fault.message):
            return FieldError(field, fault.code, sentence, found.groupdict())
    return FieldError(field, fault.code, fault.message)
