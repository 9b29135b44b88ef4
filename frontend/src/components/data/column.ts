import type { Order } from '../../composables/useTableQuery'

/** A column of a table. */
export interface Column {
  key: string
  label: string
  /** What the portal calls the order by this column; without it there is none. */
  sort?: string
  /** The order at the first press on its header. */
  firstOrder?: Order
  /** Left out where there is little room: below 1000 px in the table; cards show it all the same unless it is `never`. */
  wide?: boolean
  /** CSS width, where the content should not decide. */
  width?: string
  align?: 'right'
  /** In a card: without its label, across the whole width. */
  plain?: boolean
}
