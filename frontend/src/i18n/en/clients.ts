export const clients = {
  title: "Clients",
  own: "My company",
  search: "Search clients",
  column: {
    name: "Name",
    msp: "MSP",
    type: "Type",
    products: "Products",
    expires: "Licence ends",
  },
  filter: {
    msp: "MSP",
    directly: "Directly under the MSSP",
    thisMSP: "chosen",
  },
  empty: {
    title: "No clients yet",
    text: "The companies your products protect appear here after the first sync.",
    textScoped: "Clients of {{node}} appear here after the next sync.",
    syncs: "Open Products & sync",
    again: "Look again",
  },
};
