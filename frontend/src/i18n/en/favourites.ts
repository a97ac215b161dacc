/** Favourite MSPs and clients. */
export const favourites = {
  title: "Favourites",
  add: "Add {{name}} to favourites",
  remove: "Remove {{name}} from favourites",
  more_one: "and {{count, number}} more",
  more_other: "and {{count, number}} more",
};
