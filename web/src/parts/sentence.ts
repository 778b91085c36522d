/** The text with a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The text with a capital at its beginning and a sign at its end. */
export function sentence(text: string): string {
  const begun = capital(text);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** What the API says of a field, as it is said beside it. */
export function faultInWords(message: string): string {
  return message === 'is required' ? 'This is needed.' : sentence(message);
}
