/** The field map: which field of a product fills which field of the portal. */
export const fields = {
  title: "Fields of {{name}}",
  plain: "Fields",
  back: "Products & sync",
  read_one: "What the last sync read of {{count, number}} customer record",
  read_other: "What the last sync read of {{count, number}} customer records",
  readFailed_one: "What the last sync read of {{count, number}} customer record before it failed",
  readFailed_other: "What the last sync read of {{count, number}} customer records before it failed",
  text: "Each row is a field as the product sends it, and what the portal uses it for.",
  label: "Fields the product sends",
  search: "Search fields",
  preview: "Preview and save",
  discard: "Discard changes",
  changed_one: "{{count, number}} change is not saved yet.",
  changed_other: "{{count, number}} changes are not saved yet.",
  review:
    "The next sync will wait for your decision, because other fields of the product fill the id, name, MSP or " +
    "type of customers. You see every effect before anything changes.",
  unfilled: "Not filled by any field of the product: {{fields}}.",
  column: {
    path: "Field of the product",
    types: "Type",
    customers: "Customers",
    example: "Example",
    fills: "Fills",
    source: "Chosen by",
    shared: "Shown to clients",
    unreadable: "Not readable",
  },
  share: "{{count, number}} ({{share}})",
  gone: "no longer sent",
  absent: "not in the last sync",
  failed:
    "The last sync failed after it had read customers. Its new fields come first, and fields that it did not " +
    "contain come last. Choose what the new ones fill, then preview and save.",
  failedFirst:
    "The last sync failed after it had read customers. Choose what their fields fill, then preview and save.",
  fillsOf: "What {{path}} fills",
  sharedOf: "Show {{path}} to clients",
  shared: "{{path}}, with everything below it, is now shown to clients.",
  unshared: "{{path}} is now shown only to your organisation and your MSPs.",
  shareFailed: "Whether {{path}} is shown could not be saved. {{why}}",
  automatic: "Automatic",
  automaticField: "Automatic: {{field}}",
  automaticNothing: "Automatic: nothing",
  nothing: "Nothing",
  source: { automatic: "The portal", admin: "An administrator", none: "–" },
  pending: "From the next sync",
  saving: {
    waits:
      "Saved. The next sync uses your changes. If customers would move or be renamed, it waits for your decision.",
    open: "Products & sync",
  },
  unreadable: "{{count, number}}, e.g. “{{example}}”",
  type: { text: "text", number: "number", yes_no: "yes or no", object: "group", list: "list", null: "empty" },
  name: {
    id: "Customer id",
    name: "Name",
    parent: "MSP (parent)",
    type: "Type",
    status_reason: "Reason for disabled",
    products: "Products",
    licence_type: "Licence type",
    spla: "SPLA",
    seats_used: "Licences active",
    seats_total: "Licences purchased",
    expires_on: "Licence end",
  },
  empty: {
    title: "Nothing has been read yet",
    text: "The fields are listed here once a sync of this product has read customers.",
  },
  dialog: {
    title: "What this changes",
    text_one:
      "{{count, number}} of the customers that have these fields, as they are now and with your changes:",
    text_other:
      "{{count, number}} of the customers that have these fields, as they are now and with your changes:",
    textFailed_one:
      "{{count, number}} customer that the last sync received before it failed, as the portal shows it now and with your changes:",
    textFailed_other:
      "{{count, number}} of the customers that the last sync received before it failed, as the portal shows " +
      "them now and with your changes:",
    noneKnown:
      "The portal knows none of these customers by its id. If the customer id comes from the wrong field, " +
      "every customer goes missing and is added again as a new one.",
    untyped: "None of these customers would have a type. A sync in which no customer has one fails.",
    added: "{{name}} (new)",
    none: "No customer that the portal knows has these fields.",
    same_one: "Your changes make no difference to {{count, number}} customer:",
    same_other: "Your changes make no difference to {{count, number}} customers:",
    label: "Effect on customers",
    customer: "Customer",
    field: "Field",
    before: "Before",
    after: "After",
    unchanged: "No change",
    numbered: "Customer {{number}}",
    unreadable: "Could not be read",
    loading: "Reading customers with your changes",
    save: "Save",
    next: "After saving, the next sync reads every customer this way.",
  },
  blocked: {
    failed: "These changes cannot be saved while their effect cannot be shown.",
    unreadable: "These changes cannot be saved: the next sync would fail. {{why}}",
    id: "These changes cannot be saved: no customer would have an id. Choose the field that fills Customer id.",
    name: "These changes cannot be saved: no customer would have a name. Choose the field that fills Name.",
  },
  saved: "Saved. The next sync reads every customer this way.",
};
