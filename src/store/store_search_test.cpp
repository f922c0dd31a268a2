// What a search finds, asked of both stores.
#include "store/test_both_stores.h"

namespace toxtore {
namespace {

class StoreSearch : public BothStores {};

INSTANTIATE_TEST_SUITE_P(Both, StoreSearch, both_stores, store_name);

TEST_P(StoreSearch, FindsWordsByTheirBeginning) {
  put(sample_message(Dot::of(log_a, 1), "The quick brown fox", 1),
      sample_message(Dot::of(log_a, 2), "Quicksand, brownish", 2),
      sample_message(Dot::of(log_a, 3), "Gr\xC3\xBCne \xC3\x84pfel", 3));
  EXPECT_EQ(search("quick"), (Texts{"The quick brown fox", "Quicksand, brownish"}));
  EXPECT_EQ(search("BROWN qui"), (Texts{"The quick brown fox", "Quicksand, brownish"}));
  EXPECT_EQ(search("brown fox"), Texts{"The quick brown fox"});
  EXPECT_EQ(search("rown"), Texts{});
  EXPECT_EQ(search("gr\xC3\xBCn \xC3\xA4pfel"), Texts{"Gr\xC3\xBCne \xC3\x84pfel"});
  EXPECT_EQ(search("grune apfel"), Texts{"Gr\xC3\xBCne \xC3\x84pfel"});
}

TEST_P(StoreSearch, TakesNothingForSyntax) {
  put(sample_message(Dot::of(log_a, 1), "either or near text", 1), sample_message(Dot::of(log_a, 2), "foo-bar", 2),
      sample_message(Dot::of(log_a, 3), "bar foo", 3));
  EXPECT_EQ(search("either OR foo"), Texts{});
  EXPECT_EQ(search("either OR"), Texts{"either or near text"});
  EXPECT_EQ(search("either NEAR/2 near"), Texts{});
  EXPECT_EQ(search("\"either"), Texts{"either or near text"});
  EXPECT_EQ(search("either -text"), Texts{"either or near text"});
  EXPECT_EQ(search("^text"), Texts{"either or near text"});
  EXPECT_EQ(search("text:either"), Texts{});
  EXPECT_EQ(search("eit* (near)"), Texts{"either or near text"});
  EXPECT_EQ(search("foo-bar"), Texts{"foo-bar"});
  EXPECT_EQ(search("foo-"), (Texts{"foo-bar", "bar foo"}));
  for (const char* none : {"", " ", "*", "\"", "\"\"", "- -", "()", "'", ";--", "\xFF"})
    EXPECT_EQ(search(none), Texts{}) << none;
}

TEST_P(StoreSearch, HasABoundOnWords) {
  std::string text;
  for (std::size_t i = 0; i < search_words_max; ++i) text += "word ";
  put(sample_message(Dot::of(log_a, 1), text));
  EXPECT_EQ(search(text + "absent"), Texts{text});
  EXPECT_EQ(search("absent " + text), Texts{});
  std::string endless;
  for (int i = 0; i < 50'000; ++i) endless += "word-word ";
  EXPECT_EQ(search(endless), Texts{text});
  EXPECT_EQ(store_->fault(), std::nullopt);
}

TEST_P(StoreSearch, ComesInPagesAndByConversation) {
  MessageRow other = sample_message(Dot::of(log_a, 2), "hello two", 2);
  other.conversation = sample_key(8);
  const MessageRow first = sample_message(Dot::of(log_a, 1), "hello one", 1);
  const MessageRow last = sample_message(Dot::of(log_a, 3), "hello three", 3);
  put(first, other, last);
  EXPECT_EQ(search("hello"), (Texts{"hello one", "hello two", "hello three"}));
  EXPECT_EQ(search("hello", sample_key(8)), Texts{"hello two"});
  SearchQuery page{.words = "hello", .conversation = {}, .before = last.order(), .limit = 1};
  EXPECT_EQ(store_->search(page), std::vector<MessageRow>{other});
}

TEST_P(StoreSearch, TextThatIsNotUtf8BreaksNothing) {
  MessageRow row = sample_message(Dot::of(log_a, 1), "\xFF\xFE hello \xC3", 1);
  MessageRow nul = sample_message(Dot::of(log_a, 2), std::string("seen\0unseen", 11), 2);
  put(row, nul);
  EXPECT_EQ(search("hello"), Texts{to_text(row.text)});
  EXPECT_EQ(search("seen"), Texts{to_text(nul.text)});
  EXPECT_EQ(search("unseen"), Texts{});
  EXPECT_EQ(search(std::string("seen\0absent", 11)), Texts{to_text(nul.text)});
  row.text = to_bytes("\x80\x80 bye");
  nul.text = to_bytes("bye");
  put(row, nul);
  EXPECT_EQ(search("hello"), Texts{});
  EXPECT_EQ(search("seen"), Texts{});
  EXPECT_EQ(search("bye").size(), 2u);
}

}  // namespace
}  // namespace toxtore
