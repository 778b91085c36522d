export type Language = 'en' | 'pl';

export type ToolText = {
  readonly title: string;
  /** Precondition, effect and reversibility, for the model that chooses the tool. */
  readonly description: string;
  /** Arguments that mean something else in this tool than in the others. */
  readonly arguments?: Readonly<Record<string, string>>;
};

/** Everything the tools say about themselves in one language. */
export type Texts = {
  readonly instructions: string;
  /** What an argument means, by its name; the same in every tool. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly tools: Readonly<Record<string, ToolText>>;
};
