/** Texts of what screens share. */
export const parts = {
  actions: {
    cancel: "Cancel",
    close: "Close",
    clear: "Clear filters",
    retry: "Try again",
    retryIn: "Try again in {{time}}",
    copy: "Copy",
    copied: "Copied",
    copyFailed: "Could not copy. Select the text and copy it by hand.",
    copyRequestId: "Copy request id",
  },
  table: {
    showing_one: "Showing {{shown, number}} of {{count, number}}",
    showing_other: "Showing {{shown, number}} of {{count, number}}",
    first_one: "The first {{count, number}}",
    first_other: "The first {{count, number}}",
    all_one: "{{count, number}} in total",
    all_other: "{{count, number}} in total",
    loading: "Loading",
    dataAsOf: "Data as of",
    loadingMore: "Loading more",
    more: "Load more",
    refreshing: "Updating",
    noMatch: "Nothing matches",
    noMatchText: "Nothing here matches {{asked}}.",
    noMatchPlain: "Nothing here matches these filters.",
    emptyTitle: "Nothing here yet",
    staleProblem: "Could not update this list. What you see may be out of date.",
  },
  filter: {
    any: "Any",
    remove: "Remove filter {{label}}",
    clearSearch: "Clear search",
    range: {
      from: "From",
      to: "To",
      unknown: "Only where it is unknown",
      apply: "Apply",
      numbers: "Enter whole numbers, for example from 5 to 20.",
      order: "The first number is larger than the second. Enter them the other way round.",
      atLeast: "from {{from, number}}",
      atMost: "up to {{to, number}}",
      between: "{{from, number}} to {{to, number}}",
      exactly: "{{from, number}}",
      isUnknown: "unknown",
    },
  },
  share: {
    over: "{{count, number}} over",
    unknown: "{{count, number}} unknown",
    unknownEach: "{{used, number}} active and {{total, number}} purchased unknown",
  },
  unknown: "unknown",
  expiry: { ended: "ended {{when}}" },
  sent: {
    title: "As the product sent it",
    text: "Every value by the product's own name.",
    none: "The product sent nothing more.",
  },
  figure: {
    change: "{{sign}}{{value}} {{period}}",
  },
  problem: {
    requestId: "Request id",
    retryIn: "Wait {{time}}, then try again.",
    offline: {
      title: "The portal cannot be reached",
      text: "Check your network connection. What was loaded before stays on screen.",
    },
    unavailable: {
      title: "The portal is not available",
      text: "It may be restarting or under maintenance. Try again in a moment.",
    },
    forbidden: {
      title: "Your role does not include this",
      text: "Ask an administrator of your organisation if you need it.",
    },
    not_found: {
      title: "Not found",
      text: "It does not exist, or it is outside what your role may see.",
    },
    too_many_requests: {
      title: "Too many requests",
      text: "The portal asks to wait a little before going on.",
    },
    session: {
      title: "You are signed out",
      text: "Sign in again to go on.",
    },
    grant_changed: {
      title: "Your access has changed",
      text: "Somebody changed your role while you worked. Try again with what you have access to now.",
    },
    conflict: {
      title: "Somebody was faster",
      text: "This has changed in the meantime. Reload and look again.",
    },
    sync_running: {
      title: "A sync is under way",
      text: "Wait until it has ended, then try again.",
    },
    no_product: {
      title: "No product is connected yet",
      text: "An administrator of your MSSP can add one under Products & sync.",
    },
    product_refused: {
      title: "The product does not accept this",
      text: "Nothing was saved. Check what you entered and try again.",
    },
    too_large: {
      title: "That is too much at once",
      text: "The portal does not take as much in one go. Make it shorter and try again.",
    },
    no_api_url: {
      title: "The portal's address is missing",
      text: "Sign out and enter the address your administrator gave you.",
    },
    cancelled: {
      title: "Cancelled",
      text: "Nothing was changed. Try again if you did not mean to stop.",
    },
    timed_out: {
      title: "That took too long",
      text: "The portal did not answer in time. Try again in a moment.",
    },
    policy: {
      title: "Your organisation's policy does not allow this",
      text: "Ask your administrator.",
    },
    invalid: {
      title: "Something in the request is not right",
      text: "Change what you entered and try again.",
    },
    other: {
      title: "Something went wrong",
      text: "The portal could not answer. Try again; if it stays, give the request id to support.",
    },
  },
};
