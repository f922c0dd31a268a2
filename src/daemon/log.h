// What the daemon says while it runs: lines on stderr. Keeps the logging library out of every other file.
#pragma once

#include <string>

namespace toxtore::log {

enum class Level { quiet, normal, verbose };

/// quiet: warnings and errors; normal: what a user wants to know; verbose: what one looks for a fault with.
void set_level(Level level);

void detail(const std::string& text);
void info(const std::string& text);
void warning(const std::string& text);
void error(const std::string& text);

}  // namespace toxtore::log
