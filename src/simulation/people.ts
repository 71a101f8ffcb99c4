/** The people of the simulated organization, known to each provider under another id. */

import type { SeededRandom } from './random.js'

export interface Person {
  readonly name: string
  readonly email: string
  /** Minutes east of UTC in which the person works; without daylight saving. */
  readonly zoneOffsetMinutes: number
  /** How much of the work falls to the person, 1 or more. */
  readonly weight: number
  readonly ids: {
    readonly aitronos: string
    readonly freddy: string
    readonly jitsudo: string
    readonly ashby: string
  }
  readonly ipAddress: string
}

/** Name, local part of the e-mail, zone in minutes east of UTC. */
const roll: readonly (readonly [name: string, mailbox: string, zoneOffsetMinutes: number])[] = [
  ['Mira Kovač', 'mira.kovac', 60],
  ['山田 花子', 'hanako.yamada', 540],
  ['Zoë de Vries', 'zoe.devries', 60],
  ['نور الحسن', 'nour.alhassan', 180],
  ['Tomas Lind', 'tomas.lind', 60],
  ['José Álvarez', 'jose.alvarez', -300],
  ['Łukasz Wójcik', 'lukasz.wojcik', 60],
  ['Ngô Thị Lan', 'lan.ngo', 420],
  ["Siobhán O'Brien", 'siobhan.obrien', 0],
  ['Anja Müller-Groß', 'anja.mueller', 60],
  ['דנה לוי', 'dana.levi', 120],
  ['Priya Raghunathan', 'priya.raghunathan', 330],
  ['Olúwaṣeun Adébáyọ̀', 'seun.adebayo', 60],
  ['佐藤 健', 'ken.sato', 540],
  ['Grace Whitfield', 'grace.whitfield', -480],
  ['Ðorđe Ćirić', 'dorde.ciric', 60],
  ['Marcus Bell', 'marcus.bell', -480],
  ['Ines Ferreira', 'ines.ferreira', 0],
  ['김민준', 'minjun.kim', 540],
  ['Eleni Παππά', 'eleni.pappa', 120],
  ['Наталья Орлова', 'natalia.orlova', 180],
  ['Håkon Sørbø', 'hakon.sorbo', 60],
  ['Chloé Lefèvre', 'chloe.lefevre', 60],
  ['Daniel Okafor', 'daniel.okafor', 60],
  ['Rosa Quispe', 'rosa.quispe', -300],
  ['Ahmed Khan', 'ahmed.khan', 300],
  ['李娜', 'na.li', 480],
  ['Beatriz Nunes', 'beatriz.nunes', -180],
  ['Aino Mäkinen', 'aino.makinen', 120],
  ['Peter Novák', 'peter.novak', 60],
  ['Sam Lee', 'sam.lee', -480],
  ['Sam Lee', 'sam.lee.2', -300],
  ['Fatima Zahra', 'fatima.zahra', 0],
  ['Jürgen Weiß', 'juergen.weiss', 60],
  ['Kiri Te Awa', 'kiri.teawa', 720],
  ['Vikram Shah', 'vikram.shah', 330],
  ['Emily Rosenthal', 'emily.rosenthal', -300],
  ['Şebnem Yıldız', 'sebnem.yildiz', 180],
  ['Noah van der Berg', 'noah.vanderberg', 120],
  ['Lucía Peña', 'lucia.pena', -360],
]

/** Forty people; ids and addresses depend on the state of `random` alone. */
export function makePeople(random: SeededRandom): readonly Person[] {
  return roll.map(([name, mailbox, zoneOffsetMinutes], index) => ({
    name,
    email: `${mailbox}@corp.example`,
    zoneOffsetMinutes,
    // A few administrators do most of what is audited.
    weight: index % 5 === 0 ? 8 : random.integer(1, 3),
    ids: {
      aitronos: `usr_${random.hex(8)}`,
      freddy: `uid_${random.hex(8)}`,
      jitsudo: `auth0|${random.hex(24)}`,
      ashby: random.uuid(),
    },
    ipAddress: index % 7 === 3 ? `2001:db8:${random.hex(4)}::${index + 1}` : `198.51.100.${index + 1}`,
  }))
}
