/** The keys of the English texts, each with a text; what is not translated yet is shown in English. */
export type Texts<English> = { [Key in keyof English]?: English[Key] extends string ? string : Texts<English[Key]> }
