/** The history of a customer, a sentence a line. */
export const history = {
  title: "History",
  none: "Nothing has changed since it was first seen.",
  added: "Added",
  missing: "Missing: the last complete sync did not list it",
  returned: "Back: listed by the sync again",
  removed: "Removed",
  movedTo: "Moved from {{before}} to {{after}}",
  movedUnder: "Moved under {{after}}, before directly under the MSSP",
  movedDirectly: "Moved directly under the MSSP, before under {{before}}",
  renamed: "Renamed from {{before}} to {{after}}",
  changedFromTo: "{{field}} changed from {{before}} to {{after}}",
  changedTo: "{{field}} set to {{after}}",
  changedFrom: "{{field}} no longer given, was {{before}}",
  details: "Other details changed",
  field: {
    type: "Type",
    products: "Products",
    seats_used: "Seats used",
    seats_total: "Seats",
    expires_on: "Licence end",
  },
};
