/** An entry of the menu of a row. */
export interface RowAction {
  key: string
  label: string
  icon: string
  danger?: boolean
}
