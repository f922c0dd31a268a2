// The rules of the view: each rule by example, and P2 as a property: rows depend on the set of events, not their order.
#include "view/rules.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/test_keys.h"
#include "view/subject.h"
#include "wire/body.h"

namespace toxtore {
namespace {

const PublicKey laptop = key_of(1);
const PublicKey server = key_of(2);
const PublicKey bob = key_of(9);

ReadEvent event(const PublicKey& device, std::uint64_t seq, std::uint64_t timestamp_ms, Body body) {
  return {{device, seq}, timestamp_ms, std::nullopt, std::move(body)};
}

ReadEvent message(bool own_sending = false) {
  return event(laptop, 1, 100, TrySend{bob, MessageKind::normal, to_bytes("hi"), own_sending, {}});
}
const Dot message_dot{laptop, 1};

ReadEvent sending(const PublicKey& device, std::uint64_t seq, std::uint64_t at) {
  return event(device, seq, at, Sending{bob, {message_dot}});
}
ReadEvent ended(const PublicKey& by, std::uint64_t seq, std::uint64_t at, const PublicKey& whose,
                SendingOutcome outcome) {
  return event(by, seq, at, SendingEnded{whose, outcome, {message_dot}});
}
ReadEvent done(const PublicKey& device, std::uint64_t seq, std::uint64_t at) {
  return event(device, seq, at, DoneSend{message_dot});
}

Delivery delivery(const ReadEvent& sent, const std::vector<ReadEvent>& references) {
  return derive_message(sent, references)->delivery;
}

TEST(MessageRules, AMessageWaitsUntilSomeoneSendsIt) {
  const auto row = derive_message(message(), {});
  ASSERT_TRUE(row);
  EXPECT_EQ(row->delivery, Delivery::queued);
  EXPECT_EQ(row->conversation, bob);
  EXPECT_TRUE(row->outgoing);
  EXPECT_EQ(row->device, std::nullopt);
  EXPECT_EQ(delivery(message(true), {}), Delivery::sending);
}

TEST(MessageRules, ASendingRunsUntilItsOwnEnd) {
  EXPECT_EQ(delivery(message(), {sending(server, 1, 200)}), Delivery::sending);
  const auto nothing = SendingOutcome::took_nothing;
  EXPECT_EQ(delivery(message(), {sending(server, 1, 200), ended(server, 2, 300, server, nothing)}), Delivery::queued);
  // An end that came before the sending began is of an earlier one; another device's end is none of its business.
  EXPECT_EQ(delivery(message(), {ended(server, 1, 150, server, nothing), sending(server, 2, 200)}), Delivery::sending);
  EXPECT_EQ(delivery(message(), {sending(server, 1, 200), ended(laptop, 2, 300, laptop, nothing)}), Delivery::sending);
  EXPECT_EQ(delivery(message(true), {ended(laptop, 2, 300, laptop, nothing)}), Delivery::queued);
}

TEST(MessageRules, UnsureStaysUntilItIsSentAgainOrDone) {
  const std::vector<ReadEvent> unsure{sending(server, 1, 200), ended(laptop, 2, 300, server, SendingOutcome::unsure)};
  EXPECT_EQ(delivery(message(), unsure), Delivery::unsure);
  EXPECT_EQ(derive_message(message(), unsure)->device, server);
  auto again = unsure;
  again.push_back(sending(laptop, 3, 400));
  EXPECT_EQ(delivery(message(), again), Delivery::sending);
  again.push_back(ended(laptop, 4, 500, laptop, SendingOutcome::took_nothing));
  EXPECT_EQ(delivery(message(), again), Delivery::unsure);
}

TEST(MessageRules, DoneBeatsEverythingAndTheFirstOneCounts) {
  const auto row = derive_message(message(), {done(server, 5, 500), sending(laptop, 3, 600), done(laptop, 4, 700)});
  EXPECT_EQ(row->delivery, Delivery::perhaps_doubled);
  EXPECT_EQ(row->delivered_to, bob);
  EXPECT_EQ(row->device, server);
  EXPECT_EQ(row->delivered_ms, 500U);
}

TEST(MessageRules, AWithdrawnMessageIsNotSentAndDoneBeatsIt) {
  const auto withdrawn = event(laptop, 9, 150, MessageWithdrawn{message_dot});
  EXPECT_EQ(delivery(message(), {withdrawn}), Delivery::withdrawn);
  EXPECT_EQ(delivery(message(), {withdrawn, sending(server, 1, 200)}), Delivery::withdrawn);
  EXPECT_EQ(delivery(message(true), {withdrawn}), Delivery::withdrawn);
  EXPECT_EQ(delivery(message(), {withdrawn, done(server, 2, 300)}), Delivery::delivered);
  const auto attempt = sending(server, 1, 120);
  const auto device_of = [&](const std::vector<ReadEvent>& references) {
    return derive_message(message(), references, 0)->device;
  };
  EXPECT_EQ(device_of({withdrawn}), std::nullopt);
  EXPECT_EQ(device_of({attempt, withdrawn}), server) << "it may arrive all the same";
  EXPECT_EQ(device_of({attempt, ended(server, 2, 130, server, SendingOutcome::unsure), withdrawn}), server);
  EXPECT_EQ(device_of({attempt, ended(server, 2, 130, server, SendingOutcome::took_nothing), withdrawn}), std::nullopt);
}

TEST(MessageRules, WhatIsErasedHasNoTextIsReadAndIsNotSent) {
  const auto erased = event(laptop, 9, 150, ContentErased{{message_dot}});
  const auto row = derive_message(message(), {erased});
  EXPECT_TRUE(row->erased);
  EXPECT_TRUE(row->text.empty());
  EXPECT_EQ(row->delivery, Delivery::withdrawn);
  EXPECT_EQ(delivery(message(), {erased, done(server, 2, 300)}), Delivery::delivered);
  auto received = event(server, 7, 100, Received{bob, MessageKind::normal, {}});
  received.erased = Hash{};
  EXPECT_TRUE(derive_message(received, {})->erased) << "the event itself says so";
  EXPECT_TRUE(derive_message(received, {})->read);
}

TEST(MessageRules, AMarkCoversWhatStandsUpToIt) {
  const auto received = event(server, 7, 100, Received{bob, MessageKind::normal, to_bytes("hi")});
  EXPECT_FALSE(derive_message(received, {}, 6)->read);
  EXPECT_TRUE(derive_message(received, {}, 7)->read);
}

TEST(MessageRules, AnOfferIsARowOfItsConversation) {
  const auto offer = event(server, 7, 100, OfferReceived{bob, OfferReceived::What::file, 4096, to_bytes("a.txt")});
  const auto row = derive_message(offer, {});
  ASSERT_TRUE(row);
  EXPECT_EQ(row->conversation, bob);
  EXPECT_EQ(row->content, Content::file);
  EXPECT_EQ(row->text, to_bytes("a.txt"));
  EXPECT_EQ(row->size_bytes, 4096U);
  EXPECT_FALSE(row->read);
  EXPECT_EQ(derive_message(event(server, 8, 1, OfferReceived{bob, OfferReceived::What::call, 0, {}}), {})->content,
            Content::call);
}

TEST(MessageRules, FailedSaysWhyAndDoneAndTheUserBeatIt) {
  using Reason = MessageWithdrawn::Reason;
  const auto removed = event(laptop, 9, 150, MessageWithdrawn{message_dot, Reason::no_friend});
  const auto row = derive_message(message(), {removed});
  EXPECT_EQ(row->delivery, Delivery::failed);
  EXPECT_EQ(row->failure, DeliveryFailure::no_friend);
  const auto withdrawn = event(server, 9, 140, MessageWithdrawn{message_dot});
  EXPECT_EQ(delivery(message(), {removed, withdrawn}), Delivery::withdrawn);
  EXPECT_EQ(delivery(message(), {removed, done(server, 2, 300)}), Delivery::delivered);
  auto longer = message();
  std::get<TrySend>(longer.body).text.assign(long_message_size_max + 1, 'x');
  EXPECT_EQ(derive_message(longer, {})->failure, DeliveryFailure::too_long);
  std::get<TrySend>(longer.body).text.pop_back();
  EXPECT_EQ(delivery(longer, {}), Delivery::queued);
}

TEST(MessageRules, WhatAFriendWithToxtoreWroteShowsWhenHeWroteIt) {
  auto received = event(server, 7, 100, Received{bob, MessageKind::normal, to_bytes("hi"), Dot{bob, 4}, 50});
  received.identity = Hash{1};
  const auto row = derive_message(received, {});
  EXPECT_EQ(row->shown_ms, 50U);
  EXPECT_EQ(row->timestamp_ms, 100U) << "it stands where it arrived";
  EXPECT_EQ(row->identity, Hash{1});
}

TEST(MessageRules, CopiesAreOneRowWhereTheFirstStands) {
  const auto copy = [](const PublicKey& device, std::uint64_t at, bool read, bool erased) {
    auto row = *derive_message(event(device, 7, at, Received{bob, MessageKind::normal, to_bytes("hi")}), {});
    row.read = read;
    row.erased = erased;
    return row;
  };
  const auto first = copy(server, 90, false, false);
  EXPECT_EQ(merged({copy(laptop, 100, false, false), first}), first);
  EXPECT_TRUE(merged({first, copy(laptop, 100, true, false)}).read);
  const auto erased = merged({first, copy(laptop, 100, true, true)});
  EXPECT_TRUE(erased.erased && erased.read && erased.text.empty());
  EXPECT_EQ(erased.id, first.id);
}

TEST(MessageRules, AReceivedMessageIsReadOnceAnyDeviceSaysSo) {
  const auto received = event(server, 7, 100, Received{bob, MessageKind::action, to_bytes("waves")});
  EXPECT_FALSE(derive_message(received, {})->read);
  const auto row = derive_message(received, {event(laptop, 1, 50, MarkRead{{server, 7}})});
  EXPECT_TRUE(row->read);
  EXPECT_EQ(row->delivery, Delivery::none);
  EXPECT_EQ(row->kind, MessageKind::action);
}

TEST(MessageRules, OnlyMessagesHaveMessageRows) {
  EXPECT_FALSE(derive_message(event(laptop, 1, 1, FriendAdd{bob}), {}));
  EXPECT_FALSE(derive_message(event(laptop, 1, 1, Opaque{}), {}));
}

TEST(MessageRules, TheAuthorsWallClockIsShownAndTheTimestampOrders) {
  auto sent = message();
  sent.wall_clock_ms = 5;
  EXPECT_EQ(derive_message(sent, {})->shown_ms, 5U);
  EXPECT_EQ(derive_message(sent, {})->timestamp_ms, 100U);
}

TEST(FriendRules, AnAddThatNoRemoveNamesKeepsTheFriend) {
  const auto add1 = event(laptop, 1, 10, FriendAdd{bob});
  const auto add2 = event(server, 1, 20, FriendAdd{bob});
  const auto remove1 = event(server, 2, 30, FriendRemove{{laptop, 1}});
  EXPECT_TRUE(derive_friend(bob, {{add1, {}}}, {}).present());
  EXPECT_FALSE(derive_friend(bob, {{add1, {remove1}}}, {}).present());
  const auto row = derive_friend(bob, {{add1, {remove1}}, {add2, {}}}, {});
  EXPECT_EQ(row.known_by, std::vector{server});
  EXPECT_EQ(row.since_ms, 20U);
}

TEST(FriendRules, TheLastNameInOrderWins) {
  const auto named = [](const PublicKey& by, std::uint64_t at, const char* name) {
    return event(by, at, at, ContactSetting{bob, ContactSetting::What::name, to_bytes(name)});
  };
  EXPECT_EQ(derive_friend(bob, {}, {named(laptop, 5, "Bob"), named(server, 4, "Rob")}).name.value, to_bytes("Bob"));
  EXPECT_EQ(derive_friend(bob, {}, {named(laptop, 5, "Bob"), named(server, 5, "Rob")}).name.value, to_bytes("Rob"));
}

TEST(RequestRules, AreOpenUntilTheyAreAnswered) {
  const auto request = event(server, 1, 100, FriendRequestReceived{bob, to_bytes("hi")});
  const auto open = [&](const std::vector<ReadEvent>& references, const std::vector<AddWithReferences>& adds,
                        bool is_friend) { return derive_request(request, references, adds, is_friend)->open; };
  EXPECT_TRUE(open({}, {}, false));
  EXPECT_FALSE(open({event(laptop, 1, 50, FriendRequestDeclined{{server, 1}})}, {}, false));
  const auto before = event(laptop, 1, 90, FriendAdd{bob});
  const auto after = event(laptop, 1, 110, FriendAdd{bob});
  const auto removed = event(laptop, 2, 120, FriendRemove{{laptop, 1}});
  EXPECT_TRUE(open({}, {{before, {removed}}}, false)) << "a friend once, who asks again";
  EXPECT_FALSE(open({}, {{before, {}}}, true)) << "a friend already";
  EXPECT_FALSE(open({}, {{after, {removed}}}, false)) << "accepted, and removed later";
  EXPECT_FALSE(derive_request(before, {}, {}, false)) << "no request";
}

TEST(ProfileRules, TheLastFittingValueWins) {
  using What = ProfileValue::What;
  const auto said = [](const PublicKey& by, std::uint64_t at, What what, std::size_t size) {
    return event(by, at, at, ProfileValue{what, Bytes(size, static_cast<std::uint8_t>(at))});
  };
  EXPECT_EQ(derive_profile({}), ProfileRow{});
  const auto row = derive_profile({said(laptop, 5, What::name, 3), said(server, 4, What::name, 4),
                                   said(server, 6, What::name, own_name_size_max + 1),
                                   said(laptop, 7, What::status_message, status_message_size_max)});
  EXPECT_EQ(row.name, Bytes(3, 5));
  EXPECT_EQ(row.status_message, Bytes(status_message_size_max, 7));
  EXPECT_EQ(derive_profile({said(laptop, 5, What::name, 3), said(laptop, 6, What::name, 0)}).name, Bytes{});
}

TEST(DeviceRules, AnyOwnDeviceMayNameAnother) {
  const auto named = [](const PublicKey& by, std::uint64_t at, const char* name) {
    return event(by, at, at, DeviceSetting{server, DeviceSetting::What::name, to_bytes(name)});
  };
  EXPECT_EQ(derive_device(server, {named(laptop, 5, "attic"), named(server, 4, "server")}).name, to_bytes("attic"));
  EXPECT_EQ(derive_device(server, {named(laptop, 5, "attic"), named(server, 6, "")}).name, to_bytes("attic"));
  EXPECT_EQ(derive_device(server, {named(laptop, 5, "\xFF")}).name, Bytes{});
}

TEST(DeviceRules, OnlyADevicesOwnWordCounts) {
  const auto always_on = [](const PublicKey& by, const PublicKey& of) {
    return event(by, 1, 1, DeviceSetting{of, DeviceSetting::What::always_on, {1}});
  };
  EXPECT_TRUE(derive_device(server, {always_on(server, server)}).always_on);
  EXPECT_FALSE(derive_device(server, {always_on(laptop, server)}).always_on);
}

TEST(Subjects, NameWhatAnEventRefersTo) {
  EXPECT_EQ(subjects_of(done(server, 1, 1)), std::vector{Subject::dot(message_dot)});
  EXPECT_EQ(subjects_of(event(laptop, 1, 1, FriendAdd{bob})), std::vector{Subject::key(bob)});
  EXPECT_TRUE(subjects_of(message()).empty());
  EXPECT_NE(Subject::token(bob.bytes), Subject::key(bob));
  const auto with_token = event(laptop, 1, 1, TrySend{bob, MessageKind::normal, to_bytes("x"), false, to_bytes("t")});
  EXPECT_EQ(subjects_of(with_token), std::vector{Subject::token(to_bytes("t"))});
}

// One reference to the message, of any kind.
rc::Gen<ReadEvent> any_reference() {
  return rc::gen::exec([] {
    const PublicKey by = key_of(*rc::gen::inRange<std::uint8_t>(1, 4));
    const auto seq = *rc::gen::inRange<std::uint64_t>(2, 50);
    const auto at = *rc::gen::inRange<std::uint64_t>(100, 110);
    switch (*rc::gen::inRange(0, 9)) {
      case 0: return done(by, seq, at);
      case 3: return event(by, seq, at, MessageWithdrawn{message_dot});
      case 4: return event(by, seq, at, ContentErased{{message_dot}});
      case 1: return sending(by, seq, at);
      case 2: return event(by, seq, at, MarkRead{message_dot});
      default: {
        const PublicKey whose = key_of(*rc::gen::inRange<std::uint8_t>(1, 4));
        const auto outcome = static_cast<SendingOutcome>(*rc::gen::inRange(0, 2));
        return ended(by, seq, at, whose, outcome);
      }
    }
  });
}

// P2. Does not check: that the engine gives the rules all events of a row (engine tests).
RC_GTEST_PROP(MessageRules, TheOrderOfArrivalDoesNotMatter, (bool own_sending)) {
  auto references = *rc::gen::uniqueBy<std::vector<ReadEvent>>(
      any_reference(), [](const ReadEvent& reference) { return reference.dot; });
  const auto row = derive_message(message(own_sending), references);
  std::vector<ReadEvent> shuffled;
  while (!references.empty()) {
    const auto i = *rc::gen::inRange<std::size_t>(0, references.size());
    shuffled.push_back(references[i]);
    references.erase(references.begin() + static_cast<std::ptrdiff_t>(i));
  }
  RC_ASSERT(derive_message(message(own_sending), shuffled) == row);
}

}  // namespace
}  // namespace toxtore
