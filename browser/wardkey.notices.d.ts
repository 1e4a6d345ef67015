/** The keys that have words. */
export const NOTICE_KEYS: readonly string[];
/** Returns the words for a key, and the direction of the text. `contact` says how to object; it is needed for notices. */
export function notice(key: string, language?: string, contact?: string): { text: string; dir: "ltr" | "rtl" };
