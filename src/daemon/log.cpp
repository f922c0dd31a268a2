#include "daemon/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace toxtore::log {
namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_color_st("toxtored");
    made->set_pattern("%Y-%m-%d %H:%M:%S %^%l%$ %v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

}  // namespace

void set_level(Level level) {
  switch (level) {
    case Level::quiet: logger().set_level(spdlog::level::warn); break;
    case Level::normal: logger().set_level(spdlog::level::info); break;
    case Level::verbose: logger().set_level(spdlog::level::debug); break;
  }
}

// Passed as an argument and not as the format: texts hold braces.
void detail(const std::string& text) { logger().debug("{}", text); }
void info(const std::string& text) { logger().info("{}", text); }
void warning(const std::string& text) { logger().warn("{}", text); }
void error(const std::string& text) { logger().error("{}", text); }

}  // namespace toxtore::log
