"""What people read about the records of a domain, in words for who has never seen one (MAIL-123), and about the mail
that a mailbox sends to itself (MAIL-142).
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, Promise]

RECORDS: Words = {
    "mx": _("MX: where mail for the domain goes"),
    "spf": _("SPF: which servers may send for the domain"),
    "dkim": _("DKIM: the key that signatures are checked with"),
    "dmarc": _("DMARC: what becomes of mail that nothing proves"),
}

VERDICTS: Words = {
    "good": _("In order"),
    "doubt": _("Could be better"),
    "bad": _("To be put right"),
    "unknown": _("Not known"),
}

# by `sender_dns.Finding.code`; each may name what is in `about`
FINDINGS: Words = {
    "dns_failed": _("The name server did not answer for %(name)s: %(why)s. It is asked again within the hour."),
    "mx_good": _("Mail for the domain reaches a server."),
    "mx_missing": _(
        "No server takes mail for the domain: answers and bounces are lost. Name the one of your provider."
    ),
    "mx_null": _("The record says that the domain takes no mail at all. Name the server of your provider instead."),
    "mx_implicit": _(
        "There is no MX record. Mail goes to the address of the domain itself, which not everybody tries."
    ),
    "mx_dead": _("None of the servers it names can be found: %(servers)s."),
    "spf_good": _("It names the servers that may send for the domain, and the desk's is among them."),
    "spf_missing": _("Nothing says which servers may send for the domain, so receivers may take your mail for spam."),
    "spf_several": _("There are several SPF records, and receivers then believe none. Make one of them."),
    "spf_syntax": _("Receivers cannot read “%(term)s” in it, and then believe nothing of it."),
    "spf_lookups": _(
        "It makes receivers look up %(count)s names, and they stop at %(most)s. Take out what is not used."
    ),
    "spf_void": _("It names things that do not exist, %(name)s for one, and receivers stop at the third."),
    "spf_include": _("It includes %(name)s, which has no SPF record, or several. Take that out."),
    "spf_open": _("It lets everybody in the world send for the domain."),
    "spf_no_end": _("It does not say what to think of other servers, so it keeps nobody from using the domain's name."),
    "spf_host": _(
        "It does not name %(host)s (%(addresses)s), by which the desk sends. If your provider sends on by other "
        "servers, a mail to itself from one of your mailboxes can prove it."
    ),
    "spf_unproven": _(
        "The record is in order. Whether it names the server by which the desk sends cannot be seen from here: let a "
        "mailbox send a mail to itself."
    ),
    "dkim_good": _("The key is there: receivers can check what is signed with it."),
    "dkim_signs": _("Your mail provider signs the desk's mail with this key, and receivers can check it."),
    "dkim_missing": _(
        "There is no key of this name. Copy it from where mail is signed: from your mail provider's pages."
    ),
    "dkim_revoked": _("The key is empty, which means that it counts no more. Sign with another, or put it back."),
    "dkim_broken": _("The record is no key that can be read. Copy it again from your mail provider's pages."),
    "dkim_several": _("There are several records of this name, and receivers may take the wrong one. Leave one."),
    "dkim_weak": _("The key is so short that receivers do not accept it. Make one of 2048 bits."),
    "dkim_short": _("The key is short. Make one of 2048 bits when you next change it."),
    "dkim_testing": _("The key says that it is only a test (t=y). Take that out."),
    "dkim_foreign": _(
        "Mail is signed by %(others)s alone, which says nothing for your domain. Let your mail provider sign for your "
        "own domain."
    ),
    "dkim_unsigned": _(
        "The mail to itself came back without a signature. Some providers sign only what leaves their house: ask yours "
        "for the name of the key (the selector), and name it with the mailbox."
    ),
    "dkim_unknown": _(
        "Nobody has said which key signs. Name it (the selector) with the mailbox, or let the mailbox send a mail to "
        "itself: the name is read from that."
    ),
    "dmarc_good": _("Receivers know what to do with mail that nothing proves: %(policy)s, as %(domain)s says."),
    "dmarc_missing": _("Nothing tells receivers what to do with mail that uses your name. Large providers ask for it."),
    "dmarc_several": _("There are several DMARC records, and receivers then believe none. Leave one."),
    "dmarc_syntax": _("Receivers cannot read its policy (p=), and then believe nothing of it."),
    "dmarc_none": _(
        "It only watches (p=none), which is good for a beginning. Once SPF and DKIM are in order, let receivers set "
        "aside what they do not prove."
    ),
    "dmarc_unaligned": _(
        "Mail of the desk is signed by another domain than stands in From, and no server has said that SPF passes: "
        "under this policy it may be set aside."
    ),
}

# the steps of a mail to itself, and their faults
STEPS: Words = {
    "send": _("Send a mail to itself"),
    "arrive": _("See it arrive"),
    "plus": _("The same with a plus-address"),
    "signature": _("Read its signature"),
}

FAULTS: Words = {
    "files": _("This installation writes its mail into files: nothing can arrive"),
    "restricted": _("TRAMITA_SEND_ONLY_TO does not name this address: nothing is sent there"),
    "refused": _("The mail server refused the mail"),
    "not_sent": _("The mail server did not take the mail"),
    "bounced": _("The mail came back as undeliverable"),
    "not_arrived": _("The mail did not arrive within two minutes: look whether it lies in the spam folder"),
    "plus_lost": _("Plus-addresses are not delivered, and this mailbox finds items by them alone"),
    "replaced": _("Another one was sent meanwhile"),
}

# what is said beside a step that went well
PROOFS: Words = {
    "under_way": _("on its way"),
    "plus": _("delivered: answers carry their token in the address"),
    "no_plus": _("not delivered: answers carry their token in the text"),
    "unsigned": _("none: it may be put on only when mail leaves the house"),
}
