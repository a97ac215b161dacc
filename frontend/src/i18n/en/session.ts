/** The sign-in screens. */
export const session = {
  sentence: "See the MSPs and clients you look after, and what needs your attention.",
  google: "Sign in with Google",
  entra: "Sign in with Microsoft",
  version: "Version {{version}}",
  help: "Help",
  diagnostics: {
    save: "Save diagnostics",
    text: "A file for support: checks of this computer, versions, where settings come from, and the app's log. It has no names, addresses or tokens.",
    saved: "Saved {{name}} in {{folder}}. It has no names, addresses or tokens; you can send it to support.",
  },
  link: {
    invalid: "This link is not one of the portal's.",
    afterSignIn: "The link you opened is shown once you are signed in.",
    waits: "The link you opened is shown once you have finished here.",
  },
  resuming: {
    text: "Restoring your session. If your computer's keyring asks for its password, enter it there.",
    instead: "Sign in instead",
  },
  again: {
    text: "You are still signed in on this computer. The app keeps trying to reach the portal.",
    trying: "Trying to reach the portal",
    next: "Next try in {{time}}.",
  },
  loadingProviders: "Loading the ways to sign in",
  noProviders: "No way to sign in is set up here. Ask your administrator.",
  noneAllowed: "The portal has no way to sign in that is allowed on this computer.",
  someAllowed: "Other ways to sign in are not allowed on this computer.",
  managed: {
    by: "Managed by {{name}}",
    byOrganisation: "Managed by your organisation",
    failed: "Could not open the browser. The address is {{address}}",
  },
  change: "Change",
  address: {
    title: "Where is your portal?",
    text: "Enter the address your administrator gave you.",
    label: "Portal address",
    example: "https://portal.example.com",
    continue: "Continue",
    back: "Back",
    required: "Enter the address of your portal.",
  },
  starting: "Preparing the sign-in",
  waiting: {
    title: "Continue in your browser",
    text: "A page of {{provider}} has opened in your browser. Finish signing in there; this window continues automatically.",
    left: "{{time}} left",
    copy: "Copy link",
    again: "Open again",
    cancel: "Cancel",
    hint: "Browser did not open? Copy the link and paste it into any browser on this computer.",
  },
  exchanging: {
    title: "Signing you in",
    text: "{{provider}} has replied. One moment.",
  },
  code: {
    title: "Enter your invite code",
    text: "Enter the code from your invitation email, or ask your administrator for it. It proves that the invite is meant for you.",
    textOf:
      "The invitation of {{organisation}} asks for its code. It is in your invitation email, or your administrator there has it.",
    textOfSeveral:
      "The invitations of {{organisations}} each ask for their own code. Enter one of them now. Accept the " +
      "others afterwards: in Settings, with “I have an invite code”.",
    back: "Choose other invitations",
    otherAccount: "Use another account",
    haveOne: "I have an invite code",
    label: "Invite code",
    required: "Enter the code from your invite.",
    submit: "Continue",
    wrong: "This code does not match your invite. Check it, or ask your administrator for a new one.",
  },
  invites: {
    title: "Choose your invitations",
    text:
      "These are open for {{address}}. Accept only those you expect. The others stay open, and you can accept " +
      "them later by their codes.",
    textPlain:
      "These are open for your address. Accept only those you expect. The others stay open, and you can accept them later by their codes.",
    changed: "What you chose is no longer open. Choose again, or cancel and ask your administrator.",
    label: "Invitations",
    within: "{{role}}, provided by {{mssp}}",
    needsCode: "asks for its code",
    required: "Choose at least one invitation.",
    submit: "Accept chosen",
  },
  signedInAs: {
    text: "You signed in with {{provider}} as {{address}}.",
    copy: "Copy for your administrator",
    copied:
      "I cannot sign in to FS Client Portal: I signed in with {{provider}} as {{address}}. Please invite " +
      "exactly this address, or send me a new code if you have.",
    textHere: "You are signed in as {{address}}.",
    copiedHere:
      "I cannot accept my invite to FS Client Portal: I am signed in as {{address}}. Please invite exactly this address.",
  },
  busy_one: "Busy; trying again in {{count}} s.",
  busy_other: "Busy; trying again in {{count}} s.",
  changed: "Your role has changed: you are now {{role}} at {{node}}.",
  keyring: {
    title: "Your computer's keyring cannot be used",
    text: "{{why}} You can still sign in if your organisation allows it. You are then signed in only until you close the app.",
  },
  providerMessage: "Message from {{provider}}:",
  failed: {
    cancelled: { title: "Sign-in cancelled", text: "You can close the page in your browser." },
    timed_out: {
      title: "Sign-in took too long",
      text: "The sign-in was not finished in the browser in time. You can close that page and start again.",
    },
    denied: {
      title: "Access was not granted",
      text: "You, or a policy of your organisation, declined at {{provider}}. Start again and allow access, or ask your administrator.",
    },
    no_invite: {
      title: "You have no access yet",
      text: "This account is not invited to the portal. Ask your administrator to invite exactly this address, or use another account.",
    },
    tenant_not_allowed: {
      title: "This organisation may not sign in here",
      text:
        "Your account belongs to an organisation that the portal does not accept. Use the account you were " +
        "invited with, or ask your administrator.",
    },
    deactivated: {
      title: "Your access is switched off",
      text:
        "An administrator has deactivated your account. Ask them if you think this is a mistake. If another " +
        "organisation has invited you, go on with the code of that invite.",
    },
    offline: {
      title: "The portal cannot be reached",
      text: "Check your network connection and the address below, then try again.",
    },
    unavailable: {
      title: "The portal is not available",
      text: "It may be restarting or under maintenance. Try again in a moment.",
    },
    provider_unavailable: {
      title: "{{provider}} is not available",
      text: "The portal could not reach it to check who you are. Try again in a few minutes.",
    },
    provider_refused: {
      title: "Your sign-in with {{provider}} could not be confirmed",
      text: "Start again. If it happens again, tell your administrator what you read here.",
    },
    state_mismatch: {
      title: "The response did not belong to this sign-in",
      text: "For your safety it was rejected. Close the page in your browser and start again from here.",
    },
    browser_failed: {
      title: "Your browser could not be opened",
      text: "Copy the link, open it in a browser on this computer, and finish signing in there.",
    },
    keyring_unavailable: {
      title: "Your computer's keyring cannot be used",
      text: "Your organisation does not allow signing in without it. Unlock the keyring and try again.",
    },
    invite_code_required: {
      title: "Your invite asks for its code",
      text: "Start again and enter the code from your invite. If you have none, ask your administrator.",
    },
    invite_choice: {
      title: "There are several invitations for you",
      text: "Start again and choose those you want to accept.",
    },
    invite_code_invalid: {
      title: "The invite code was wrong",
      text: "Start again and compare the code with the one you were given, or ask your administrator for a new one.",
    },
    invite_closed: {
      title: "This invite is closed",
      text: "Too many wrong codes were tried. Ask your administrator for a new one, then start again.",
    },
    too_many_requests: {
      title: "Too many tries",
      text: "For safety the portal asks you to wait a little before you try again.",
    },
    attempt_expired: {
      title: "This sign-in has expired",
      text: "It was valid for a few minutes only. Start again.",
    },
    insecure_api_url: {
      title: "The portal's address is not secure",
      text: "It must begin with https://. Ask your administrator for the right address.",
    },
    policy: {
      title: "Your organisation's policy does not allow this",
      text: "Ask your administrator.",
    },
    other: {
      title: "Something went wrong",
      text: "You are not signed in. Try again; if it happens again, tell your administrator what you read here.",
    },
  },
  ended: {
    title: "You have been signed out",
    session_revoked:
      "Your session was ended, by you on another computer or by an administrator. Sign in again to continue.",
    deactivated: "An administrator has deactivated your account. Ask them if you think this is a mistake.",
    grant_changed: "Your role has changed. Sign in again to see what you have access to now.",
    keyring_unavailable:
      "{{why}} Your session is in the keyring. Unlock it and start the app again, or sign in now.",
    other: "Your session has ended. Sign in again to continue.",
  },
};
