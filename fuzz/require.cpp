#include <stdexcept>

#include "targets.h"

namespace toxtore::fuzz {

void require(bool holds, const char* rule) {
  if (!holds) throw std::logic_error(rule);
}

}  // namespace toxtore::fuzz
