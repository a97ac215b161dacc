/** The cell of a grid around an element; undefined outside of cells. */
export function cellAt(
  target: EventTarget | null,
): { id: string; field: string; cell: HTMLElement } | undefined {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[role=gridcell]") : null;
  const id = cell?.closest("[role=row]")?.getAttribute("data-id");
  const field = cell?.getAttribute("data-field");
  return cell && id && field ? { id, field, cell } : undefined;
}
