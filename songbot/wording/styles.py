"""Name the genres and moods that `/song` suggests. Whisul receives the English names."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from songbot.songs.styles import split_styles

from .language import Language, Message

_LINES = (
    # Translators: This and the next texts are lists of genres, moods and instruments of music, separated by
    # commas. Keep the number and the order of the names, and write them in lower case where your language
    # does. Leave a name in English if musicians who speak your language do so.
    Message("pop, rock, hip hop, lo-fi, trap, house, techno, jazz, r&b, metal, folk, country, ambient"),
    Message("punk, soul, funk, reggae, synthwave, drum and bass, orchestral, blues, indie, classical"),
    Message("disco, acoustic, dark, happy, sad, dreamy, epic, chill, romantic, angry, melancholic"),
    Message("uplifting, nostalgic, energetic, calm, mysterious, playful, haunting, hopeful, tense, groovy"),
    Message("bittersweet, triumphant, lonely, warm, cold, tender, aggressive, hypnotic, ethereal"),
    Message("cinematic, gritty, lush, minimal, raw, polished, dramatic, sensual, whimsical, spooky"),
    Message("heroic, peaceful, meditative, anxious, rebellious, sentimental, festive, sleepy, sunny"),
    Message("rainy, late night, summer, winter, heartbroken, longing, carefree, brooding, majestic, eerie"),
    Message("euphoric, soothing, driving, laid-back, intimate, fierce, quirky, solemn, silly, futuristic"),
    Message("retro, dance pop, synth pop, dream pop, bedroom pop, hyperpop, art pop, indie pop, power pop"),
    Message("baroque pop, k-pop, j-pop, city pop, britpop, chamber pop, bubblegum pop, electropop"),
    Message("teen pop, latin pop, mandopop, alternative rock, indie rock, classic rock, hard rock"),
    Message("soft rock, punk rock, progressive rock, garage rock, psychedelic rock, surf rock, post-rock"),
    Message("math rock, blues rock, folk rock, southern rock, stoner rock, glam rock, gothic rock"),
    Message("krautrock, yacht rock, arena rock, rock and roll, rockabilly, grunge, shoegaze, emo"),
    Message("pop punk, post-punk, hardcore punk, skate punk, new wave, no wave, darkwave, coldwave"),
    Message("midwest emo, heavy metal, death metal, black metal, doom metal, thrash metal, power metal"),
    Message("nu metal, metalcore, symphonic metal, folk metal, progressive metal, sludge metal, djent"),
    Message("industrial metal, industrial, boom bap, old school hip hop, west coast hip hop"),
    Message("conscious hip hop, jazz rap, drill, grime, cloud rap, phonk, crunk, g-funk, trip hop"),
    Message("lo-fi hip hop, chillhop, trap soul, emo rap, rage, horrorcore, uk garage, neo soul, motown"),
    Message("gospel, doo-wop, new jack swing, alternative r&b, quiet storm, northern soul, p-funk"),
    Message("deep house, tech house, progressive house, tropical house, acid house, future house"),
    Message("french house, electro swing, electro, edm, big room, electro house, garage, minimal techno"),
    Message("detroit techno, acid techno, dub techno, hard techno, trance, psytrance, goa trance"),
    Message("uplifting trance, hardstyle, gabber, happy hardcore, dubstep, brostep, future bass"),
    Message("liquid drum and bass, jungle, breakbeat, big beat, breakcore, idm, glitch, chillwave"),
    Message("vaporwave, future funk, witch house, downtempo, chillout, lounge, dark ambient, drone"),
    Message("space ambient, new age, italo disco, nu disco, eurodance, moombahton, footwork, jersey club"),
    Message("chiptune, 8-bit, video game music, outrun, dungeon synth, glitch hop, wave, hardwave"),
    Message("amapiano, afrobeats, afrobeat, highlife, gqom, kuduro, soukous, mbalax, desert blues"),
    Message("dancehall, dub, ska, rocksteady, roots reggae, reggaeton, salsa, bachata, merengue, cumbia"),
    Message("bossa nova, samba, mpb, tango, flamenco, mariachi, norteño, forró, baile funk, son cubano"),
    Message("mambo, latin jazz, calypso, soca, zouk, kizomba, fado, chanson, swing, big band, bebop"),
    Message("cool jazz, smooth jazz, free jazz, acid jazz, jazz fusion, gypsy jazz, ragtime, dixieland"),
    Message("modal jazz, vocal jazz, nu jazz, delta blues, chicago blues, bluegrass, americana"),
    Message("outlaw country, country pop, honky-tonk, western, alt-country, indie folk, freak folk"),
    Message("celtic, irish folk, sea shanty, nordic folk, balkan, klezmer, polka, schlager"),
    Message("singer-songwriter, a cappella, barbershop, spoken word, baroque, romantic era, impressionist"),
    Message("chamber music, string quartet, solo piano, choral, opera, waltz, march, minimalism"),
    Message("film score, trailer music, fantasy, medieval, renaissance, gregorian chant, musical theatre"),
    Message("lullaby, children's song, christmas, anthem, ballad, power ballad, jingle, bollywood"),
    Message("qawwali, raga, arabic pop, persian, turkish folk, anatolian rock, enka, gamelan"),
    Message("throat singing, guzheng, taiko, strings, piano, acoustic guitar, electric guitar, 808s"),
    Message("synths, brass, saxophone, harmonica, choir, violin, female vocals, male vocals"),
    Message("whispered vocals, rap, falsetto, vocoder, duet, harmonies, handclaps, slap bass"),
)
"""The best-known styles come first, because they are offered before anything is typed."""


@functools.cache
def style_names(language: Language) -> Mapping[str, str]:
    """Return the name of each style in the language, by its English name.

    A line that was translated with too few or too many names stays in English.
    """
    names: dict[str, str] = {}
    for line in _LINES:
        english, translated = split_styles(line.english), split_styles(line(language))
        names.update(zip(english, translated if len(translated) == len(english) else english, strict=True))
    return MappingProxyType(names)
