import { useState, type ReactNode } from "react";

import { operationsHref } from "../route";
import { loginHref, logOut, useMay, useSession } from "../session";
import { words } from "../words";
import "./Account.css";

/** At the head of every page: who is logged in, the way out, and the operator's page to those it is for. */
export function Account(): ReactNode {
  const { me, over } = useSession();
  const operates = useMay("operate");
  const [leaving, setLeaving] = useState(false);
  return (
    <>
      <nav className="account" aria-label={words.account.label}>
        {operates && <a href={operationsHref()}>{words.account.operations}</a>}
        {me?.loggedIn && (
          <>
            <span className="account-name" data-testid="account">
              {me.name || me.tenant}
            </span>
            <button
              type="button"
              className="button small"
              data-testid="log-out"
              disabled={leaving}
              onClick={() => {
                setLeaving(true);
                void logOut().finally(() => setLeaving(false));
              }}
            >
              {words.account.logOut}
            </button>
          </>
        )}
        {me && me.keys && !me.loggedIn && <a href={loginHref()}>{words.account.logIn}</a>}
      </nav>
      {over && (
        <p className="account-over" role="alert" data-testid="login-over">
          {words.account.over}{" "}
          <a href="/login" target="_blank" rel="noreferrer">
            {words.account.elsewhere}
          </a>
        </p>
      )}
    </>
  );
}
