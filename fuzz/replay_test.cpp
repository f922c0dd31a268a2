// Every fuzz target once over each of its seeds: those that docs/vectors gives, and those in fuzz/seeds, where what
// fuzzing found is kept. Finds nothing new; it holds what was found.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "targets.h"

namespace toxtore::fuzz {
namespace {

Bytes content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return to_bytes(content.str());
}

class Replay : public ::testing::TestWithParam<std::string> {};

TEST_P(Replay, HoldsOnEverySeed) {
  const Target target = targets().at(GetParam());
  target({});
  for (const Bytes& seed : vector_seeds(GetParam())) EXPECT_NO_THROW(target(seed)) << to_hex(seed);
  std::size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TOXTORE_FUZZ_SEEDS "/" + GetParam())) {
    EXPECT_NO_THROW(target(content_of(entry.path()))) << entry.path().filename();
    ++kept;
  }
  EXPECT_GT(kept, 0U) << "no seeds";
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, target] : targets()) all.push_back(name);
  return all;
}

std::string shown_name(const ::testing::TestParamInfo<std::string>& target) { return target.param; }

INSTANTIATE_TEST_SUITE_P(Fuzz, Replay, ::testing::ValuesIn(names()), shown_name);

}  // namespace
}  // namespace toxtore::fuzz
