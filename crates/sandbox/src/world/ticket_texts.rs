//! Ticket texts: what people ask a service desk for, and what became of it.

/// A kind of ticket.
pub(super) struct Subject {
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) resolution: &'static str,
    /// The values of `issueType`, `subIssueType` and `ticketType`.
    pub(super) issue: i64,
    pub(super) sub_issue: i64,
    pub(super) kind: i64,
    /// Quarters of an hour that it takes, about.
    pub(super) quarters: u32,
    /// How many of a hundred need somebody there.
    pub(super) on_site: u32,
}

const fn subject(
    title: &'static str,
    description: &'static str,
    resolution: &'static str,
    (issue, sub_issue, kind): (i64, i64, i64),
    (quarters, on_site): (u32, u32),
) -> Subject {
    Subject { title, description, resolution, issue, sub_issue, kind, quarters, on_site }
}

pub(super) const SUBJECTS: [Subject; 24] = [
    subject(
        "Outlook asks for the password again and again",
        "Since this morning Outlook prompts for credentials every few minutes. Webmail works.",
        "Removed the stale credential from Windows and recreated the profile.",
        (11, 11, 2),
        (3, 2),
    ),
    subject(
        "Cannot send e-mail to one customer",
        "Messages to one recipient bounce with 550 5.7.1.",
        "Our sending address was missing from SPF; record corrected, delivery confirmed.",
        (11, 11, 2),
        (4, 0),
    ),
    subject(
        "Mailbox is full",
        "A user can receive no more mail.",
        "Archive enabled, mailbox below half of its limit now.",
        (11, 15, 1),
        (2, 0),
    ),
    subject(
        "Suspicious e-mail reported",
        "User received an invoice from an unknown sender and did not click on anything.",
        "Message removed from all mailboxes, sender blocked, user thanked.",
        (11, 14, 2),
        (2, 0),
    ),
    subject(
        "Printer on the second floor is offline",
        "Nobody on the floor can print since lunch.",
        "Printer had a new address; reserved it and updated the queue.",
        (10, 13, 2),
        (4, 35),
    ),
    subject(
        "Scanner does not send to folder",
        "Scans to the shared folder fail with an authentication error.",
        "Service account's password had expired; changed and documented.",
        (10, 13, 2),
        (3, 15),
    ),
    subject(
        "Computer is very slow",
        "Opening a document takes minutes.",
        "Disk was failing: replaced and reimaged, data restored from backup.",
        (10, 12, 2),
        (7, 30),
    ),
    subject(
        "Accounting program does not start",
        "After an update the program closes at once.",
        "Repaired the runtime and reinstalled the update.",
        (10, 10, 2),
        (4, 5),
    ),
    subject(
        "Install PDF editor",
        "Please install the editor on a workstation; the licence is there.",
        "Installed and licensed, user confirmed.",
        (10, 10, 1),
        (2, 0),
    ),
    subject(
        "Blue screen on start",
        "The notebook restarts in a loop since the last update.",
        "Rolled the display driver back and paused that update.",
        (10, 12, 2),
        (5, 15),
    ),
    subject(
        "New notebook for a new colleague",
        "Please order, set up and deliver one notebook with dock by the first of the month.",
        "Delivered and handed over; old device wiped.",
        (2, 3, 1),
        (10, 60),
    ),
    subject(
        "Monitor flickers",
        "The left one of two monitors goes black for seconds.",
        "Cable replaced.",
        (2, 2, 2),
        (2, 45),
    ),
    subject(
        "Battery of the UPS needs to be replaced",
        "The UPS beeps; its self-test reports a worn battery.",
        "Battery replaced outside business hours, runtime calibrated.",
        (2, 3, 5),
        (6, 90),
    ),
    subject(
        "No internet in the office",
        "All are offline, phones as well.",
        "Provider outage in the area; moved to the LTE line until it was over.",
        (12, 16, 2),
        (6, 40),
    ),
    subject(
        "Wireless drops in the meeting room",
        "Video calls break off after some minutes.",
        "Access point moved to a free channel and its firmware updated.",
        (12, 17, 2),
        (5, 50),
    ),
    subject(
        "VPN does not connect from home",
        "The client says that the gateway does not answer.",
        "Certificate renewed, client profile sent again.",
        (12, 16, 2),
        (3, 0),
    ),
    subject(
        "Firewall: open a port for the new vendor",
        "The vendor asks for an inbound rule to one host.",
        "Rule limited to the vendor's addresses, documented and tested.",
        (12, 16, 4),
        (3, 0),
    ),
    subject(
        "Backup failed on the file server",
        "The nightly job ended with errors on one volume.",
        "Shadow copy storage enlarged, job ran without errors the next night.",
        (13, 18, 5),
        (3, 5),
    ),
    subject(
        "Server: low disk space on D:",
        "Monitoring reports less than 5 % free.",
        "Volume extended by 200 GB.",
        (13, 19, 5),
        (2, 0),
    ),
    subject(
        "Monthly patches on the servers",
        "Install the approved updates in the maintenance window.",
        "All servers updated and restarted, services checked.",
        (13, 19, 4),
        (8, 5),
    ),
    subject(
        "Restore a deleted folder",
        "A project folder is gone since yesterday afternoon.",
        "Restored from the last backup of the day before.",
        (13, 18, 1),
        (3, 0),
    ),
    subject(
        "Password reset",
        "User is locked out after holidays.",
        "Identity checked by a call back, password reset.",
        (14, 20, 1),
        (1, 0),
    ),
    subject(
        "New user starts on Monday",
        "Please prepare account, mailbox, groups and licences as for the rest of the department.",
        "Account ready, welcome letter sent to the manager.",
        (14, 21, 1),
        (5, 10),
    ),
    subject(
        "Employee leaves at the end of the month",
        "Disable the account, forward the mailbox to the manager, collect the devices.",
        "Account disabled, mailbox shared, licence returned.",
        (14, 21, 1),
        (4, 15),
    ),
];

/// What technicians write on the way.
pub(super) const PROGRESS: [&str; 10] = [
    "Called the user, no answer. Left a message with our number.",
    "Remote session with the user: reproduced the problem.",
    "Checked the event logs, nothing conclusive yet.",
    "Waiting for the vendor's answer to our case.",
    "User asked to be called again after 2 pm.",
    "Parts ordered, delivery expected in three days.",
    "Escalated to the second level with all details.",
    "Tested with a second device: same result.",
    "Change approved by the contact.",
    "Monitoring since yesterday, no further alerts.",
];

/// What people answer through the portal.
pub(super) const ANSWERS: [&str; 5] = [
    "Works again, thank you!",
    "It happened again this morning.",
    "I am out of office until Thursday, please talk to my colleague.",
    "Any news on this?",
    WITH_PICTURE,
];
/// The one of them that comes with a picture.
pub(super) const WITH_PICTURE: &str = "Screenshot attached, this is what I see.";
