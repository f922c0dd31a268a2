#include "harness/temp_folder.h"

#include <gtest/gtest.h>

#include <deque>
#include <exception>
#include <fstream>
#include <iostream>
#include <set>

namespace toxtore {
namespace {

constexpr std::size_t log_lines_shown = 25;
constexpr std::size_t log_line_shown_bytes = 300;

std::string end_of(const std::filesystem::path& log) {
  std::ifstream in(log);
  std::deque<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line.size() > log_line_shown_bytes ? line.substr(0, log_line_shown_bytes) + "..." : line);
    if (lines.size() > log_lines_shown) lines.pop_front();
  }
  std::string text = "--- the end of " + log.filename().string() + "\n";
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TempFolder::~TempFolder() {
  if (std::uncaught_exceptions() > 0 || testing::Test::HasFailure()) std::cout << ends_of_logs() << std::flush;
}

std::string TempFolder::ends_of_logs() const {
  std::set<std::filesystem::path> logs;
  for (const auto& entry : std::filesystem::directory_iterator(path())) {
    const auto extension = entry.path().extension();
    if (extension == ".out" || extension == ".err") logs.insert(entry.path());
  }
  std::string text;
  for (const auto& log : logs) text += end_of(log);
  return text;
}

}  // namespace toxtore
