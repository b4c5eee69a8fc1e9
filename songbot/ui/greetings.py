"""Tell greetings from prompts. Pure."""

from __future__ import annotations

import re

_WORDS = frozenset(
    word.casefold()
    for line in (
        "hi hii hiii hello hallo hey heya hiya howdy yo sup hola hej ciao salut bonjour ola oi greetings",
        "good morning afternoon evening day there bot songbot friend again everyone",
        "help me please pls start begin info menu commands test ping",
        "thanks thank you thx ok okay cool",
        "moin servus guten morgen tag abend grüß dich danke hilfe bitte",
        "buenos buenas días dias tardes noches gracias ayuda por favor",
        "bonsoir coucou merci aide svp salve buongiorno buonasera grazie aiuto",
        "hoi goedemorgen goedemiddag goedenavond dank je bedankt dankjewel hulp",
        "cześć czesc siema siemka witaj dzień dzien dobry wieczór wieczor dziękuję dzięki dzieki pomoc",
        "olá bom boa dia tarde noite obrigado obrigada ajuda",
        "привет здравствуй здравствуйте добрый доброе день вечер утро спасибо помощь помогите",
        "привіт вітаю доброго дня добрий вечір ранку дякую допомога допоможіть",
        "merhaba selam günaydın iyi günler akşamlar teşekkürler teşekkür ederim sağol yardım",
        "こんにちは こんばんは おはよう おはようございます はじめまして ありがとう ありがとうございます",
        "ヘルプ 안녕 안녕하세요 하이 고마워 고마워요 감사합니다 도움말 도와주세요",
        "你好 您好 嗨 哈喽 哈囉 早上好 晚上好 早安 谢谢 謝謝 帮助 幫助",
    )
    for word in line.split()
)
_QUESTIONS = re.compile(
    r"(what|how) (can|do|does) (you|this|it|i) (do|work|make|use|start)( (here|this|it|you|a song|songs))?"
    r"|who are you|what is this|what's this|are you there",
    re.IGNORECASE,
)
_MAX_WORDS = 4


def is_greeting(message: str) -> bool:
    """Return True if the text greets or asks for help, in any of the languages, and describes no song."""
    line = " ".join(re.sub(r"[^\w\s']", " ", message).split())
    if not line or _QUESTIONS.fullmatch(line):
        return True
    words = line.replace("İ", "i").casefold().split()  # casefold would leave a combining dot
    return len(words) <= _MAX_WORDS and all(word in _WORDS for word in words)
