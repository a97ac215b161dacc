import { act, screen, waitFor, waitForElementToBeRemoved, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { causes, problemCodes } from "../bridge/enums";
import { users } from "../bridge/fake";
import { freshCode, inviteCode } from "../bridge/fakeInvites";
import { offers, refusal } from "../bridge/fakeRefusals";
import { Problem, type ProblemCode } from "../bridge/problem";
import { countCalls } from "../test/calls";
import { expectAccessible, renderApp } from "../test/render";
import { failureText } from "./Failure";

const google = () => screen.findByRole("button", { name: "Sign in with Google" });
const microsoft = () => screen.findByRole("button", { name: "Sign in with Microsoft" });

afterEach(() => vi.useRealTimers());

async function failWith(problem: Problem) {
  const app = renderApp();
  await app.user.click(await google());
  await screen.findByText("Continue in your browser");
  act(() => app.fake.finishSignIn(problem));
  await waitForElementToBeRemoved(() => screen.queryByText("Continue in your browser"));
  return app;
}

describe("the first screen", () => {
  it("shows both providers, the portal's host and the version", async () => {
    renderApp();
    expect(await google()).toBeEnabled();
    expect(await microsoft()).toBeEnabled();
    expect(screen.getByText("portal.northwind.example")).toBeVisible();
    expect(screen.getByText("Version dev")).toBeVisible();
    await expectAccessible();
  });

  it("asks for the portal's address where none is set, and shows why one is refused", async () => {
    const { user, fake } = renderApp({ startup: { api_url: "" } });
    const field = await screen.findByRole("textbox", { name: "Portal address" });
    await user.click(screen.getByRole("button", { name: "Continue" }));
    expect(screen.getByText("Enter the address of your portal.")).toBeVisible();
    expect(fake.calls).not.toContain("setAPIURL");
    await user.type(field, "http://portal.example.com");
    await user.click(screen.getByRole("button", { name: "Continue" }));
    expect(await screen.findByText(/must begin with https:\/\//)).toBeVisible();
    await expectAccessible();
    await user.clear(field);
    await user.type(field, "https://portal.example.com{Enter}");
    expect(await google()).toBeVisible();
    expect(screen.getByText("portal.example.com")).toBeVisible();
  });

  it("lets the address be changed, unless IT has set it", async () => {
    const { user, unmount } = renderApp();
    await google();
    await user.click(screen.getByRole("button", { name: "Change" }));
    expect(screen.getByRole("textbox", { name: "Portal address" })).toHaveValue(
      "https://portal.northwind.example",
    );
    await user.click(screen.getByRole("button", { name: "Back" }));
    await google();
    unmount();
    renderApp({ startup: { api_url_managed: true } });
    await google();
    expect(screen.queryByRole("button", { name: "Change" })).toBeNull();
  });

  it("shows that the portal cannot be reached, and retries", async () => {
    const { user } = renderApp({ prepare: (fake) => fake.fail("providers", new Problem("offline"), 1) });
    expect(await screen.findByText("The portal cannot be reached")).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await google()).toBeVisible();
  });
});

describe("when the portal cannot be reached", () => {
  const expired = () =>
    new Problem("offline", {
      cause: "certificate_expired",
      message: "The certificate of portal.example.com was valid until yesterday.",
      address: "https://portal.example.com",
    });

  it.each(causes)("names the cause, the next step and the address: %s", (cause) => {
    const message = "What happened. What to do.";
    const words = failureText(new Problem("offline", { cause, message }), null);
    expect(words.text).toBe(message);
    expect(words.title).not.toMatch(/parts\.|undefined|^$/);
  });

  it("shows the failure once, although session and providers both failed", async () => {
    const { user } = renderApp({
      startup: { has_session: true },
      prepare: (fake) => {
        fake.fail("resume", expired());
        fake.fail("providers", expired(), 1);
      },
    });
    expect(await screen.findByText("The portal's certificate has expired")).toBeVisible();
    const alert = screen.getByRole("alert");
    expect(alert).toHaveTextContent(/was valid until yesterday/);
    expect(alert).toHaveTextContent("Address: https://portal.example.com");
    expect(alert).not.toHaveTextContent(/request id/i);
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Sign in instead" }));
    expect(await google()).toBeVisible();
  });

  it("keeps the buttons when a refetch fails", async () => {
    const { fake } = renderApp();
    await google();
    fake.fail("providers", expired());
    act(() => window.dispatchEvent(new Event("focus")));
    expect(await google()).toBeVisible();
  });
});

describe("the message of the provider", () => {
  it.each(["denied", "provider_refused", "provider_unavailable"] as const)("is quoted: %s", async (code) => {
    await failWith(
      new Problem(code, { providerMessage: "access_denied AADSTS50105: not assigned to a role" }),
    );
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("Message from Google:");
    expect(within(alert).getByText("access_denied AADSTS50105: not assigned to a role")).toBeVisible();
    expect(within(alert).queryByRole("link")).toBeNull();
    await expectAccessible();
  });
});

describe("while the user signs in with the browser", () => {
  it("shows the time left and a link to copy, opens the page again, and cancels", async () => {
    const { user, fake } = renderApp();
    await user.click(await google());
    expect(await screen.findByText("Continue in your browser")).toHaveFocus();
    expect(screen.getByRole("timer")).toHaveTextContent(/^(5:00|4:5\d) left$/);
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Copy link" }));
    expect(fake.clipboard).toBe("http://127.0.0.1:50123/start/9f3c");
    expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Open again" }));
    expect(fake.calls).toContain("openSignInPage");
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(fake.calls).toContain("cancelSignIn");
    expect(await google()).toBeEnabled();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("shows the next link once one was used", async () => {
    const { user, fake } = renderApp();
    await user.click(await google());
    await screen.findByText("Continue in your browser");
    const again = { provider: "google" as const, expires_at: new Date(Date.now() + 60_000).toISOString() };
    act(() =>
      fake.emit("signin:waiting", { ...again, url: "http://127.0.0.1:1/start/next", browser_problem: "" }),
    );
    await user.click(screen.getByRole("button", { name: "Copy link" }));
    expect(fake.clipboard).toBe("http://127.0.0.1:1/start/next");
  });

  it("ignores a late event of the cancelled sign-in", async () => {
    const { user, fake } = renderApp();
    await user.click(await google());
    await user.click(await screen.findByRole("button", { name: "Cancel" }));
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    const late = { provider: "google" as const, expires_at, url: "http://127.0.0.1:1/start/x" };
    act(() => {
      fake.emit("signin:waiting", { ...late, browser_problem: "The browser could not be opened." });
    });
    expect(await google()).toBeEnabled();
    act(() => fake.emit("signin:exchanging", { provider: "google" }));
    expect(await google()).toBeEnabled();
  });

  it("warns where the browser could not be opened, and keeps waiting", async () => {
    const { user, fake } = renderApp();
    await user.click(await google());
    await screen.findByText("Continue in your browser");
    const waiting = { provider: "google" as const, url: "http://127.0.0.1:1/start/x" };
    const until = new Date(Date.now() + 60_000).toISOString();
    act(() =>
      fake.emit("signin:waiting", {
        ...waiting,
        expires_at: until,
        browser_problem: "No browser was found.",
      }),
    );
    expect(screen.getByText("No browser was found.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Copy link" })).toBeVisible();
  });

  it("shows why opening the page again failed", async () => {
    const { user, fake } = renderApp();
    await user.click(await google());
    await screen.findByText("Continue in your browser");
    fake.fail("openSignInPage", new Problem("browser_failed", { message: "No browser was found." }));
    await user.click(screen.getByRole("button", { name: "Open again" }));
    expect(await screen.findByText("No browser was found.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Copy link" })).toBeVisible();
  });

  it("shows that the browser has returned", async () => {
    const { user, fake } = renderApp();
    await user.click(await microsoft());
    await screen.findByText("Continue in your browser");
    act(() => fake.emit("signin:exchanging", { provider: "entra" }));
    expect(screen.getByText("Signing you in").closest("[role=status]")).toBeVisible();
    await expectAccessible();
  });

  it("opens the app when the sign-in succeeds", async () => {
    const { user, fake } = renderApp();
    await user.click(await google());
    await screen.findByText("Continue in your browser");
    act(() => fake.finishSignIn(users.admin));
    expect(await screen.findByRole("button", { name: "Account of Ada Lindqvist" })).toBeVisible();
  });

  it("does not let a cancelled sign-in disturb the next one", async () => {
    const { user, fake } = renderApp();
    await user.click(await google());
    await user.click(await screen.findByRole("button", { name: "Cancel" }));
    await user.click(await microsoft());
    await screen.findByText(/A page of Microsoft/);
    act(() => fake.finishSignIn(users.staff));
    expect(await screen.findByRole("button", { name: "Account of Sam Okoro" })).toBeVisible();
  });
});

describe("a failed sign-in", () => {
  it.each<[ProblemCode, string]>([
    ["cancelled", "Sign-in cancelled"],
    ["timed_out", "Sign-in took too long"],
    ["denied", "Access was not granted"],
    ["no_invite", "You have no access yet"],
    ["tenant_not_allowed", "This organisation may not sign in here"],
    ["deactivated", "Your access is switched off"],
    ["offline", "The portal cannot be reached"],
    ["unavailable", "The portal is not available"],
    ["provider_unavailable", "Google is not available"],
    ["provider_refused", "Your sign-in with Google could not be confirmed"],
    ["state_mismatch", "The response did not belong to this sign-in"],
    ["browser_failed", "Your browser could not be opened"],
    ["keyring_unavailable", "Your computer's keyring cannot be used"],
    ["attempt_expired", "This sign-in has expired"],
    ["policy", "Your organisation's policy does not allow this"],
    ["internal", "Something went wrong"],
  ])("%s", async (code, title) => {
    await failWith(new Problem(code));
    expect(within(await screen.findByRole("alert")).getByText(title)).toBeVisible();
    expect(await google()).toBeEnabled();
    await expectAccessible();
  });

  // A new code must have its own text.
  it.each(problemCodes.filter((code) => code !== "internal"))("has its own text for %s", (code) => {
    const generic = failureText(new Problem("internal"), "google");
    const { title, text } = failureText(new Problem(code), "google");
    expect(title).not.toBe(generic.title);
    expect(text).not.toBe(generic.text);
    expect(`${title} ${text}`).not.toMatch(/session\.|parts\.|\{\{|undefined/);
  });

  it("offers the link to copy where the browser could not be opened", async () => {
    const { user, fake } = await failWith(new Problem("browser_failed"));
    await user.click(await screen.findByRole("button", { name: "Copy link" }));
    expect(fake.clipboard).toBe("http://127.0.0.1:50123/start/9f3c");
  });

  it("offers the request id to copy", async () => {
    const { user, fake } = await failWith(new Problem("provider_refused", { requestId: "req-77" }));
    await user.click(await screen.findByRole("button", { name: "Copy request id" }));
    expect(fake.clipboard).toBe("req-77");
  });

  it("disables the buttons while the portal asks to wait", async () => {
    await failWith(new Problem("too_many_requests", { retryAfter: 90 }));
    expect(await screen.findByRole("button", { name: /^Try again in 1:[23]\d$/ })).toBeDisabled();
    expect(await google()).toBeDisabled();
    await expectAccessible();
  });
});

describe("waiting for the rate limit", () => {
  it("can be retried once the time is over", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { fake, user } = await failWith(new Problem("too_many_requests", { retryAfter: 40 }));
    expect(await screen.findByRole("button", { name: /^Try again in 0:/ })).toBeDisabled();
    act(() => vi.advanceTimersByTime(41_000));
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    await screen.findByText("Continue in your browser");
    expect(countCalls(fake, "signIn")).toBe(2);
  });

  it("counts down where the providers cannot be loaded yet", async () => {
    renderApp({
      prepare: (fake) => fake.fail("providers", new Problem("too_many_requests", { retryAfter: 70 })),
    });
    expect(await screen.findByRole("button", { name: /^Try again in (1:10|1:0\d|0:\d\d)$/ })).toBeDisabled();
  });

  it("is shown below the panel while the app waits", async () => {
    const { fake, user } = renderApp();
    await user.click(await google());
    await screen.findByText("Continue in your browser");
    act(() => fake.emit("waiting", { seconds: 4, what: "limit" }));
    expect(await screen.findByText("Busy; trying again in 4 s.")).toHaveRole("status");
    await expectAccessible();
  });

  it("is shown once to a signed-in user", async () => {
    const { fake } = renderApp({ signedIn: users.admin });
    await screen.findByRole("button", { name: "Account of Ada Lindqvist" });
    act(() => {
      fake.emit("waiting", { seconds: 4, what: "limit" });
      fake.emit("waiting", { seconds: 4, what: "limit" });
    });
    expect(await screen.findAllByText("The portal is busy; trying again in 4 seconds.")).toHaveLength(1);
  });
});

it("makes one call for ten clicks, and shows progress on the button at once", async () => {
  const signIn = vi.fn(() => new Promise<never>(() => undefined));
  renderApp({
    prepare: (fake) => {
      fake.signIn = signIn;
    },
  });
  const button = await google();
  act(() => {
    for (let n = 0; n < 10; n++) button.click();
  });
  const busy = await screen.findByRole("button", { name: "Preparing the sign-in" });
  expect(busy).toBeDisabled();
  expect(await microsoft()).toBeDisabled();
  expect(signIn).toHaveBeenCalledTimes(1);
  await expectAccessible();
});

it("can be cancelled while it is being prepared", async () => {
  const { fake, user } = renderApp({
    prepare: (fake) => {
      fake.signIn = () => new Promise<never>(() => undefined);
    },
  });
  await user.click(await google());
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await google()).toBeEnabled();
  expect(fake.calls).toContain("cancelSignIn");
});

describe("several invites", () => {
  const address = "lea.moreau@harbour-it.example";
  async function choose(invites = offers) {
    const app = await failWith(new Problem("invite_choice", { signedInAs: address, invites }));
    await screen.findByRole("heading", { name: "Choose your invitations" });
    return app;
  }
  const box = (name: RegExp) => screen.getByRole("checkbox", { name });

  it("are not preselected", async () => {
    const { user, fake } = await choose();
    await expectAccessible();
    expect(screen.getByText(/^These are open for lea\.moreau@harbour-it\.example\./)).toBeVisible();
    expect(screen.getByRole("heading", { name: "Choose your invitations" })).toHaveFocus();
    expect(box(/Harbour IT.*MSP user, provided by Northwind Security/)).not.toBeChecked();
    expect(box(/Fjord Security.*asks for its code/)).not.toBeChecked();
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Choose at least one invitation.");
    expect(fake.calls).not.toContain("chooseInvites");
    await user.dblClick(box(/Harbour IT/));
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    expect(fake.calls).not.toContain("chooseInvites");
    await user.click(box(/Harbour IT/));
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    expect(await screen.findByRole("button", { name: "Account of Tom Brandt" })).toBeVisible();
  });

  it("ask for the code of an invite that needs one", async () => {
    const { user } = await choose();
    await user.click(box(/Fjord Security/));
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    const field = await screen.findByRole("textbox", { name: "Invite code" });
    expect(screen.getByText(/^The invitation of Fjord Security asks for its code\./)).toBeVisible();
    await user.type(field, `${inviteCode}{Enter}`);
    expect(await screen.findByRole("button", { name: "Account of Tom Brandt" })).toBeVisible();
  });

  it("of which several need a code say to enter one now and the others later", async () => {
    const both = offers.map((offer) => ({ ...offer, needs_code: true }));
    const { user, fake } = await choose(both);
    fake.offers = both;
    await user.click(box(/Harbour IT/));
    await user.click(box(/Fjord Security/));
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    expect(
      await screen.findByText(
        /^The invitations of Harbour IT and Fjord Security each ask for their own code\./,
      ),
    ).toBeVisible();
  });

  it("can be chosen again when the code is for another invite", async () => {
    const { user, fake } = await choose();
    await user.click(box(/Fjord Security/));
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    fake.fail("submitInviteCode", refusal("other_invite"), 1);
    await user.type(await screen.findByRole("textbox", { name: "Invite code" }), `${freshCode}{Enter}`);
    expect(await screen.findByText(/^This code belongs to another invite/)).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Choose other invitations" }));
    expect(box(/Fjord Security/)).toBeChecked();
    await user.click(box(/Fjord Security/));
    await user.click(box(/Harbour IT/));
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    expect(await screen.findByRole("button", { name: "Account of Tom Brandt" })).toBeVisible();
  });

  it("are offered again, with the reason, when the chosen one is no longer open", async () => {
    const { user, fake } = await choose();
    fake.fail("chooseInvites", refusal("choice_changed"), 1);
    const sent = vi.spyOn(fake, "chooseInvites");
    await user.click(box(/Harbour IT/));
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    expect(await screen.findByText(/^What you chose is no longer open\./)).toBeVisible();
    expect(screen.queryByRole("checkbox", { name: /Harbour IT/ })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    expect(await screen.findByText("Choose at least one invitation.")).toBeVisible();
    expect(sent).toHaveBeenCalledTimes(1);
    await expectAccessible();
  });

  it("stay selectable when the portal cannot be reached for a moment", async () => {
    const { user, fake } = await choose();
    fake.fail("chooseInvites", new Problem("offline"), 1);
    await user.click(box(/Harbour IT/));
    await user.click(screen.getByRole("button", { name: "Accept chosen" }));
    expect(await screen.findByText(/The portal cannot be reached/)).toBeVisible();
    expect(box(/Harbour IT/)).toBeChecked();
  });
});

describe("a refusal", () => {
  const address = "tom.renamed@harbour.example";
  const copied =
    "I cannot sign in to FS Client Portal: I signed in with Google as tom.renamed@harbour.example. Please " +
    "invite exactly this address, or send me a new code if you have.";

  it.each([["no_invite"], ["invite_code_required"]] as const)(
    "%s names the address that signed in, to copy for the administrator",
    async (code) => {
      const { user, fake } = await failWith(new Problem(code, { signedInAs: address }));
      expect(await screen.findByText(`You signed in with Google as ${address}.`)).toBeVisible();
      await user.click(screen.getByRole("button", { name: "Copy for your administrator" }));
      expect(fake.clipboard).toBe(copied);
      await expectAccessible();
    },
  );

  it("explains that no code is accepted where Google sent no address", async () => {
    const message = "Google did not name an e-mail address for this account, so it cannot claim an invite.";
    await failWith(new Problem("invite_code_required", { message }));
    expect(await screen.findByRole("alert")).toHaveTextContent(message);
    await expectAccessible();
  });

  it("asks for the code where Microsoft named no address", async () => {
    const { user, fake } = renderApp();
    await user.click(await microsoft());
    await screen.findByText("Continue in your browser");
    act(() => fake.finishSignIn(new Problem("invite_code_required", { message: "Enter the code." })));
    expect(await screen.findByRole("textbox", { name: "Invite code" })).toBeEnabled();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("of a deactivated user offers to enter the code of another invite", async () => {
    const { user } = await failWith(new Problem("deactivated"));
    await user.click(await screen.findByRole("button", { name: "I have an invite code" }));
    await user.type(await screen.findByRole("textbox", { name: "Invite code" }), `${inviteCode}{Enter}`);
    expect(await screen.findByRole("button", { name: "Account of Tom Brandt" })).toBeVisible();
  });
});

describe("an invite that needs its code", () => {
  async function askForCode() {
    const app = await failWith(new Problem("invite_code_required"));
    return { ...app, field: await screen.findByRole("textbox", { name: "Invite code" }) };
  }

  it("keeps a wrong code in the field, and accepts the right one", async () => {
    const { user, field } = await askForCode();
    await expectAccessible();
    await user.type(field, "wrong{Enter}");
    expect(await screen.findByText(/There is a typing error in this code/)).toBeVisible();
    expect(field).toHaveValue("wrong");
    await user.clear(field);
    await user.type(field, `${freshCode}{Enter}`);
    expect(await screen.findByText("That code is not right. 4 tries left.")).toBeVisible();
    expect(field).toHaveValue(freshCode);
    await user.clear(field);
    await user.type(field, ` ${inviteCode} {Enter}`);
    expect(await screen.findByRole("button", { name: "Account of Tom Brandt" })).toBeVisible();
  });

  it.each([
    [` ${inviteCode.replaceAll("-", " – ")}\u00a0`, inviteCode],
    [`${inviteCode.replace("-", "-\u200b")} `, inviteCode],
    [inviteCode.replaceAll("-", " "), inviteCode.replaceAll("-", "")],
  ])("sends what was pasted as %j without what mail programs put in", async (pasted, sent) => {
    const { user, fake, field } = await askForCode();
    const submit = vi.spyOn(fake, "submitInviteCode");
    await user.click(field);
    await user.paste(pasted);
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("button", { name: "Account of Tom Brandt" })).toBeVisible();
    expect(submit).toHaveBeenCalledWith(sent);
  });

  it("shows what to do once the invite is closed", async () => {
    const { user, fake, field } = await askForCode();
    fake.inviteCode.tries = 1;
    await user.type(field, `${freshCode}{Enter}`);
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(/This invite is closed.*Ask your administrator to send a new one/);
    await expectAccessible();
  });

  it("waits after too many tries, and keeps the code", async () => {
    const { user, fake, field } = await askForCode();
    fake.fail("submitInviteCode", new Problem("too_many_requests", { retryAfter: 30 }), 1);
    await user.type(field, `${inviteCode}{Enter}`);
    expect(await screen.findByText(/Too many requests\. Wait 30 sec, then try again/)).toBeVisible();
    await user.keyboard("{Enter}");
    expect(countCalls(fake, "submitInviteCode")).toBe(1);
    expect(field).toHaveValue(inviteCode);
  });

  it("stays open when the portal cannot be reached for a moment", async () => {
    const { user, fake, field } = await askForCode();
    fake.fail("submitInviteCode", new Problem("offline"), 1);
    await user.type(field, `${inviteCode}{Enter}`);
    expect(await screen.findByText(/The portal cannot be reached/)).toBeVisible();
    expect(field).toHaveValue(inviteCode);
  });

  it("goes back to the start when the sign-in has expired meanwhile", async () => {
    const { user, fake, field } = await askForCode();
    fake.fail("submitInviteCode", new Problem("attempt_expired"));
    await user.type(field, `${inviteCode}{Enter}`);
    expect(await screen.findByText("This sign-in has expired")).toBeVisible();
    expect(await google()).toBeEnabled();
  });

  it("can be cancelled", async () => {
    const { user, fake } = await askForCode();
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(fake.calls).toContain("cancelSignIn");
    expect(await google()).toBeEnabled();
  });
});

describe("a session from an earlier run", () => {
  it("can be skipped while the keyring waits for its password", async () => {
    const { user, fake } = renderApp({
      signedIn: users.admin,
      prepare: (fake) => {
        let give: (problem: Problem) => void = () => undefined;
        fake.resume = () => new Promise((_, reject) => (give = reject));
        fake.cancelSignIn = async () => give(new Problem("cancelled"));
      },
    });
    await user.click(await screen.findByRole("button", { name: "Sign in instead" }));
    expect(await google()).toBeEnabled();
    expect(screen.queryByRole("alert")).toBeNull();
    expect(fake.calls).toContain("startup");
  });

  it("opens the app without showing the sign-in screen in between", async () => {
    const seen: string[] = [];
    const watcher = new MutationObserver(() => seen.push(document.body.textContent ?? ""));
    watcher.observe(document.body, { childList: true, subtree: true });
    renderApp({ signedIn: users.admin, delay: 30 });
    await screen.findByRole("button", { name: "Account of Ada Lindqvist" });
    watcher.disconnect();
    expect(seen.some((text) => text.includes("Sign in with"))).toBe(false);
  });

  it("shows why it could not be restored", async () => {
    renderApp({
      signedIn: users.admin,
      prepare: (fake) => fake.fail("resume", new Problem("session_revoked")),
    });
    expect(await screen.findByText("You have been signed out")).toBeVisible();
    expect(screen.getByText(/Your session was ended/)).toBeVisible();
    expect(await google()).toBeEnabled();
  });

  it.each([
    "This session was ended for safety: its key was used twice, so it may have been copied. Sign in again.",
    "An administrator signed you out everywhere. Sign in again.",
    "You ended this session from another device. Sign in again.",
  ])("says in the portal's own words why it ended: %s", async (message) => {
    const { fake } = renderApp({ signedIn: users.admin });
    await screen.findByRole("button", { name: "Account of Ada Lindqvist" });
    act(() => fake.emit("session:ended", { code: "session_revoked", message }));
    expect(await screen.findByText("You have been signed out")).toBeVisible();
    expect(screen.getByText(message)).toBeVisible();
    await expectAccessible();
  });

  it("shows the message of a keyring that cannot be used", async () => {
    renderApp({ startup: { keyring_problem: "The keyring is locked. Unlock it and try again." } });
    expect(await screen.findByText(/^The keyring is locked\..*until you close the app\.$/)).toBeVisible();
    expect(await google()).toBeEnabled();
    await expectAccessible();
  });

  it("shows the sign-in screen with the reason when it was ended elsewhere", async () => {
    const { fake } = renderApp({ signedIn: users.admin });
    await screen.findByRole("button", { name: "Account of Ada Lindqvist" });
    act(() => fake.emit("session:ended", { code: "deactivated", message: "Deactivated." }));
    expect(await screen.findByText("You have been signed out")).toBeVisible();
    expect(screen.getByText(/deactivated your account/)).toBeVisible();
    expect(screen.queryByText("Ada Lindqvist")).toBeNull();
  });

  it("changes the role as soon as the portal reports it", async () => {
    const { fake } = renderApp({ signedIn: users.admin });
    await screen.findByRole("button", { name: "Account of Ada Lindqvist" });
    for (const grant of fake.world.users.find(({ id }) => id === users.admin.user.id)?.grants ?? []) {
      grant.role = "mssp_staff";
    }
    act(() => fake.emit("role:changed", {}));
    expect(await screen.findByText(/Your role has changed: you are/)).toBeVisible();
    expect(screen.queryByText("You have been signed out")).toBeNull();
  });

  it("shows that it is not kept where there is no keyring", async () => {
    const { fake } = renderApp({ signedIn: users.admin });
    await screen.findByRole("button", { name: "Account of Ada Lindqvist" });
    act(() => fake.emit("session:only", { message: "No keyring." }));
    expect(await screen.findByText("Signed in only until you close the app. No keyring.")).toBeVisible();
    await expectAccessible();
    act(() => fake.emit("session:only", { message: "" }));
    await waitFor(() => expect(screen.queryByText(/Signed in only until you close the app/)).toBeNull());
  });

  it("shows a closed notice again after a while", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { fake, user } = renderApp({ signedIn: users.admin });
    await screen.findByRole("button", { name: "Account of Ada Lindqvist" });
    act(() => fake.emit("session:only", { message: "No keyring." }));
    const banner = (await screen.findByText(/until you close the app/)).closest(
      "[role=alert]",
    ) as HTMLElement;
    await user.click(within(banner).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByText(/until you close the app/)).toBeNull());
    act(() => vi.advanceTimersByTime(31 * 60_000));
    expect(await screen.findByText(/until you close the app/)).toBeVisible();
  });

  it("starts the next user at the first screen", async () => {
    const { user } = renderApp({ signedIn: users.admin, path: "/clients" });
    await user.click(await screen.findByRole("button", { name: "Account of Ada Lindqvist" }));
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    expect(await google()).toBeEnabled();
    await waitFor(() => expect(window.location.hash).toBe(""));
  });

  it("shows the next user no notice of the one before", async () => {
    const { user, fake } = renderApp({ signedIn: users.admin, path: "/clients" });
    await user.click(await screen.findByRole("button", { name: "Account of Ada Lindqvist" }));
    act(() => fake.openLink("fsportal://client/42"));
    const notice = "This link is not one of the portal's.";
    expect(await screen.findByText(notice)).toBeVisible();
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    expect(await google()).toBeEnabled();
    await waitFor(() => expect(screen.queryByText(notice)).toBeNull());
  });

  it("ends with a sign-out, also where the server cannot be reached", async () => {
    const { user, fake } = renderApp({ signedIn: users.admin });
    fake.fail("signOut", new Problem("offline"));
    await user.click(await screen.findByRole("button", { name: "Account of Ada Lindqvist" }));
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    expect(await google()).toBeEnabled();
    await waitFor(() =>
      expect(screen.getByText(/the portal could not be reached to end the session/)).toBeVisible(),
    );
  });
});
