/** Something that is done on purpose, so many times. */
export interface Card {
  readonly times: number;
  readonly deed: () => Promise<void>;
}

/** All deeds, each as often as its card says, in an order that chance decides (Fisher and Yates). */
export function shuffled(cards: readonly Card[], random: () => number): readonly Card['deed'][] {
  const deck = cards.flatMap(({ times, deed }) => Array.from({ length: times }, () => deed));
  for (let left = deck.length - 1; left > 0; left -= 1) {
    const other = Math.floor(random() * (left + 1));
    [deck[left], deck[other]] = [deck[other]!, deck[left]!];
  }
  return deck;
}
