#include "cli/outcome.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/daemon_link.h"

namespace toxtore {
namespace {

using nlohmann::json;

TEST(Outcome, ExitCodesByKind) {
  EXPECT_EQ(exit_code_of("not_found"), ExitCode::not_found);
  EXPECT_EQ(exit_code_of("ambiguous"), ExitCode::not_found);
  EXPECT_EQ(exit_code_of("too_long"), ExitCode::failed);
  EXPECT_EQ(exit_code_of("what is to come"), ExitCode::failed);
}

TEST(Outcome, FailureIsOneHarmlessLine) {
  const Failure failure{ExitCode::failed, "io", "no\nway \x1b[2J"};
  EXPECT_EQ(failure_text(failure, false), "toxtore: no␊way ␛[2J\n");
  EXPECT_EQ(json::parse(failure_text(failure, true)),
            (json{{"error", {{"kind", "io"}, {"message", "no\nway \x1b[2J"}}}}));
  EXPECT_EQ(failure_text(failure, true).find('\x1b'), std::string::npos);
}

TEST(Outcome, CandidatesAreListedWithTheirKeys) {
  const json error = {
      {"code", 1},
      {"message", "“Anna” fits several"},
      {"data",
       {{"kind", "ambiguous"},
        {"candidates", {{{"key", "AAAA"}, {"name", "Anna"}}, {{"key", "BBBB"}, {"name", "anna\x1b"}}}}}}};
  const Failure failure = refusal(refusal_of(error));
  EXPECT_EQ(failure.code, ExitCode::not_found);
  EXPECT_EQ(failure_text(failure, false), "toxtore: “Anna” fits several\n  AAAA  Anna\n  BBBB  anna␛\n");
  EXPECT_EQ(json::parse(failure_text(failure, true))["error"]["candidates"][1]["key"], "BBBB");
}

TEST(Outcome, MethodsAreNamedAsCommands) {
  const Failure failure = refusal(
      refusal_of({{"message", "there is no friend; friend.list shows them, device.requests and friend.claims too"},
                  {"data", {{"kind", "not_found"}}}}));
  EXPECT_EQ(failure.message,
            "there is no friend; `toxtore friend list` shows them, `toxtore device requests` and `toxtore friend "
            "claims` too");
}

TEST(Outcome, AnErrorOfAnyFormIsAFailure) {
  for (const json& error :
       {json(), json(5), json("x"), json::object(), json{{"message", 7}, {"data", json::array()}}}) {
    const Failure failure = refusal(refusal_of(error));
    EXPECT_EQ(failure.kind, "internal");
    EXPECT_FALSE(failure.message.empty());
  }
}

}  // namespace
}  // namespace toxtore
