/** What `chaperone play` can make of a recording. */
export const PLAY_FORMATS = ["text", "raw", "commands", "asciicast", "json"] as const;
export type PlayFormat = (typeof PLAY_FORMATS)[number];
