//! Refused: why somebody is not signed in, in words for that person. What exactly was wrong goes to the log by name.

use std::fmt;

/// Why a sign-in ended without an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// What the browser came back with cannot be read.
    Query,
    /// It does not belong to the sign-in that this browser began, or the provider left out to what it belongs.
    State,
    /// It took longer than [`PENDING_FOR`](super::PENDING_FOR).
    Late,
    /// It comes from another provider than the one that was asked (RFC 9207).
    Issuer,
    /// The person, or an administrator there, said no.
    Denied,
    /// The provider ended it with another error.
    Provider,
    /// The provider does not know the code any more, or not from this server.
    Code,
    /// The provider does not accept this server: its client id is unknown there, or its secret is wrong or has run out.
    Client,
    /// The provider did not answer this server.
    Unreachable,
    /// What the provider answered is no identity that can be relied on.
    Token(TokenFault),
    /// The account is of another directory than the one that may sign in.
    Tenant,
}

/// What was wrong with an answer of the provider's token endpoint. For the log; a person is told the same for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// It is not of the protocol: no JSON, no id token, a claim of another type, more bytes than any has.
    Malformed,
    /// It is signed by none of the two algorithms that count, or not at all.
    Algorithm,
    /// It names a key that the provider does not have.
    Key,
    /// Its signature is of somebody else.
    Signature,
    /// It is from another issuer.
    Issuer,
    /// It is for somebody else.
    Audience,
    /// It is over.
    Expired,
    /// It is not valid yet.
    NotYet,
    /// It answers another question.
    Nonce,
    /// It says of nobody, or of somebody who cannot be told from others.
    Subject,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::Query => "the sign-in service sent back something that cannot be read; sign in again",
            Refused::State => {
                "this sign-in was not begun in this browser, or was finished before; sign in again, in one tab"
            }
            Refused::Late => "the sign-in took longer than 10 minutes; sign in again",
            Refused::Issuer => "the answer came from another sign-in service than the one asked; sign in again",
            Refused::Denied => {
                "the sign-in was declined; sign in again and accept, or ask your administrator for access"
            }
            Refused::Provider => {
                "the sign-in service ended the sign-in with an error; try again, and tell your administrator if it stays"
            }
            Refused::Code => {
                "the sign-in service does not accept this sign-in any more; sign in again, and tell your administrator \
                 if it stays"
            }
            Refused::Client => {
                "the sign-in service does not accept this server; your administrator must check its client id and \
                 secret, which may have run out"
            }
            Refused::Unreachable => {
                "the sign-in service does not answer this server; try again in a minute, and tell your administrator if \
                 it stays"
            }
            Refused::Token(TokenFault::Expired | TokenFault::NotYet) => {
                "what the sign-in service sent is not valid at this time; your administrator must check the clock of \
                 this server"
            }
            Refused::Token(_) => {
                "what the sign-in service sent cannot be relied on, so nobody was signed in; try again, and tell your \
                 administrator if it stays"
            }
            Refused::Tenant => {
                "this account is of another organization; sign in with the account of the one that runs this server"
            }
        })
    }
}

impl std::error::Error for Refused {}
