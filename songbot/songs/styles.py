"""List genres and moods, and suggest those that match what was typed. Pure."""

from __future__ import annotations

from collections.abc import Iterator

MAX_CHOICES = 25
MAX_CHOICE_LENGTH = 100
"""Discord's limits for autocomplete ("Application Command Option Choice Structure")."""

STYLES: tuple[str, ...] = tuple(
    style.strip()
    for line in """
pop, rock, hip hop, lo-fi, trap, house, techno, jazz, r&b, metal, folk, country, ambient, punk, soul
funk, reggae, synthwave, drum and bass, orchestral, blues, indie, classical, disco, acoustic
dark, happy, sad, dreamy, epic, chill, romantic, angry, melancholic, uplifting, nostalgic, energetic
calm, mysterious, playful, haunting, hopeful, tense, groovy, bittersweet, triumphant, lonely, warm
cold, tender, aggressive, hypnotic, ethereal, cinematic, gritty, lush, minimal, raw, polished, dramatic
sensual, whimsical, spooky, heroic, peaceful, meditative, anxious, rebellious, sentimental, festive
sleepy, sunny, rainy, late night, summer, winter, heartbroken, longing, carefree, brooding, majestic
eerie, euphoric, soothing, driving, laid-back, intimate, fierce, quirky, solemn, silly, futuristic, retro
dance pop, synth pop, dream pop, bedroom pop, hyperpop, art pop, indie pop, power pop, baroque pop
k-pop, j-pop, city pop, britpop, chamber pop, bubblegum pop, electropop, teen pop, latin pop, mandopop
alternative rock, indie rock, classic rock, hard rock, soft rock, punk rock, progressive rock, garage rock
psychedelic rock, surf rock, post-rock, math rock, blues rock, folk rock, southern rock, stoner rock
glam rock, gothic rock, krautrock, yacht rock, arena rock, rock and roll, rockabilly, grunge, shoegaze
emo, pop punk, post-punk, hardcore punk, skate punk, new wave, no wave, darkwave, coldwave, midwest emo
heavy metal, death metal, black metal, doom metal, thrash metal, power metal, nu metal, metalcore
symphonic metal, folk metal, progressive metal, sludge metal, djent, industrial metal, industrial
boom bap, old school hip hop, west coast hip hop, conscious hip hop, jazz rap, drill, grime, cloud rap
phonk, crunk, g-funk, trip hop, lo-fi hip hop, chillhop, trap soul, emo rap, rage, horrorcore, uk garage
neo soul, motown, gospel, doo-wop, new jack swing, alternative r&b, quiet storm, northern soul, p-funk
deep house, tech house, progressive house, tropical house, acid house, future house, french house
electro swing, electro, edm, big room, electro house, garage, minimal techno, detroit techno, acid techno
dub techno, hard techno, trance, psytrance, goa trance, uplifting trance, hardstyle, gabber, happy hardcore
dubstep, brostep, future bass, liquid drum and bass, jungle, breakbeat, big beat, breakcore, idm, glitch
chillwave, vaporwave, future funk, witch house, downtempo, chillout, lounge, dark ambient, drone
space ambient, new age, italo disco, nu disco, eurodance, moombahton, footwork, jersey club, chiptune
8-bit, video game music, outrun, dungeon synth, glitch hop, wave, hardwave, amapiano, afrobeats, afrobeat
highlife, gqom, kuduro, soukous, mbalax, desert blues, dancehall, dub, ska, rocksteady, roots reggae
reggaeton, salsa, bachata, merengue, cumbia, bossa nova, samba, mpb, tango, flamenco, mariachi, norteño
forró, baile funk, son cubano, mambo, latin jazz, calypso, soca, zouk, kizomba, fado, chanson
swing, big band, bebop, cool jazz, smooth jazz, free jazz, acid jazz, jazz fusion, gypsy jazz, ragtime
dixieland, modal jazz, vocal jazz, nu jazz, delta blues, chicago blues, bluegrass, americana, outlaw country
country pop, honky-tonk, western, alt-country, indie folk, freak folk, celtic, irish folk, sea shanty
nordic folk, balkan, klezmer, polka, schlager, singer-songwriter, a cappella, barbershop, spoken word
baroque, romantic era, impressionist, chamber music, string quartet, solo piano, choral, opera, waltz, march
minimalism, film score, trailer music, fantasy, medieval, renaissance, gregorian chant, musical theatre
lullaby, children's song, christmas, anthem, ballad, power ballad, jingle, bollywood, qawwali, raga
arabic pop, persian, turkish folk, anatolian rock, enka, gamelan, throat singing, guzheng, taiko
strings, piano, acoustic guitar, electric guitar, 808s, synths, brass, saxophone, harmonica, choir, violin
female vocals, male vocals, whispered vocals, rap, falsetto, vocoder, duet, harmonies, handclaps, slap bass
""".strip().splitlines()
    for style in line.split(",")
)
"""The best-known styles come first, because they are offered before anything is typed."""


def autocomplete_styles(typed: str) -> list[str]:
    """Return up to 25 completions of what was typed, each at most 100 characters long.

    `typed` is a comma-separated list: complete its last part, keep the others, and do not offer them again.
    What was typed comes first, because Discord's client takes the first choice on Enter. Then come styles
    that begin with the last part, then those with a word that begins with it, then those that contain it.
    """
    if len(typed) > MAX_CHOICE_LENGTH:
        return []
    *finished, partial = typed.split(",")
    chosen = [part.strip() for part in finished if part.strip()]
    chosen_keys = {part.casefold() for part in chosen}
    wanted = " ".join(partial.split()).casefold()
    values = (", ".join([*chosen, style]) for style in _matching(wanted) if style not in chosen_keys)
    own = [", ".join([*chosen, partial.strip()])] if wanted else []
    fitting = (value for value in (*own, *values) if len(value) <= MAX_CHOICE_LENGTH)
    return list(dict.fromkeys(fitting))[:MAX_CHOICES]


def _matching(wanted: str) -> Iterator[str]:
    by_word = f" {wanted}"
    ranks = {
        style: 0 if style.startswith(wanted) else 1 if by_word in style else 2
        for style in STYLES
        if wanted in style
    }
    yield from sorted(ranks, key=ranks.__getitem__)
