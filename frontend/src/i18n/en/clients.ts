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
    mspID: "MSP's id",
  },
  group: {
    switch: "Group by MSP",
    count_one: "{{count, number}} client",
    count_other: "{{count, number}} clients",
    exceeded_one: "{{count, number}} over its licences",
    exceeded_other: "{{count, number}} over their licences",
  },
  onlyOf: "Show only clients of {{name}}",
  onlyDirect: "Show only clients directly under the MSSP",
  empty: {
    title: "No clients yet",
    text: "The companies your products protect appear here after the first sync.",
    textScoped: "Clients of {{node}} appear here after the next sync.",
    syncs: "Open Products & sync",
    again: "Look again",
  },
};
