export const msps = {
  title: "MSPs",
};
