export const DOSSIER_FORMATS = ["text", "json", "html"] as const;
export type DossierFormat = (typeof DOSSIER_FORMATS)[number];
