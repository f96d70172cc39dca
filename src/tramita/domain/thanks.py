"""Does a mail say thank you and nothing else? Such a mail takes up no work that is done (R-21).

Careful by design: one word, figure or question that is not thanks makes it an ordinary mail. What is not recognised
reopens, which costs an agent a click; what is wrongly recognised would leave a customer without an answer.
"""

import re

from tramita.domain.mime import ParsedMail

MOST_WORDS = 30

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ASKS = re.compile(r"[?¿\d%€$£@]|://")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_THANKS = _words("""
    thanks thank thx ty cheers obrigado obrigada obg obrigadão agradeço agradecemos agradecido agradecida merci
    remercie remercions gracias agradezco dzięki dziękuję dziękujemy dzieki dziekuje danke dankeschön
""")
# greetings and farewells
_POLITE = _words("""
    hi hello hey dear all team everyone regards best kind warm cordially sincerely have a nice good great day
    evening morning afternoon week weekend
    olá oi prezado prezada prezados caro cara bom boa dia tarde noite abraço abraços att atenciosamente cumprimentos
    cordiais melhores fim de semana
    bonjour bonsoir salut cher chère cordialement bien à vous bonne journée soirée cdt cdlt sincères salutations
    hola estimado estimada buenos buenas días tardes noches saludos cordiales atentamente un una saludo abrazo
    cześć witam dzień dobry pozdrawiam pozdrowienia pozdrowieniami z poważaniem szanowni państwo miłego dnia hallo
""")
# how much, for what, and that it worked
_CONTENT = _words("""
    you very much so many lot lots for the your help support quick fast prompt swift reply response answer it this
    that is was has been works working now again perfectly perfect super excellent wonderful awesome appreciated
    appreciate really ok okay and everything solved fixed received got
    muito muita mesmo pela pelo sua seu ajuda apoio resposta rápida rápido atenção retorno e está tudo certo
    funcionou funciona perfeito excelente ótimo resolvido recebido
    beaucoup infiniment pour votre ton ta aide réponse rapide rapidité retour c'est parfait super cela ça marche
    fonctionne tout est réglé reçu et je nous le la les
    muchas muchísimas mil por su tu ayuda respuesta rápida rápido atención y todo está bien perfecto genial
    funciona resuelto recibido ya os les se lo
    bardzo ślicznie serdecznie za pomoc szybką szybka odpowiedź wsparcie i wszystko działa już jest super świetnie
    gotowe otrzymałem otrzymałam
    vielen vielmals sehr schön für die ihre deine hilfe schnelle antwort und alles klar viele grüße
""")


def only_thanks(mail: ParsedMail) -> bool:
    """Thanks, perhaps with a greeting and names, without anything that somebody would have to read or do."""
    if any(not file.inline for file in mail.attachments):
        return False
    said = mail.reply_text.strip()
    words = [word.lower().replace("’", "'") for word in _WORD.findall(said)]
    if not words or len(words) > MOST_WORDS or _ASKS.search(said):
        return False
    people = [mail.from_, *mail.to, *mail.cc] if mail.from_ else [*mail.to, *mail.cc]
    own = {word.lower() for one in people for word in _WORD.findall(one.name)}
    known = _THANKS | _POLITE | _CONTENT | own
    return not _THANKS.isdisjoint(words) and known.issuperset(words)
