#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace gradus::test {

/// As long as it lives, allocations of this process fail that take more than `bytes` beyond what it has,
/// touched or not. Not for programs that a sanitizer watches, which take memory of their own.
class MemoryLimit {
 public:
  explicit MemoryLimit(rlim_t bytes) {
    if (getrlimit(RLIMIT_DATA, &before_) != 0) throw std::runtime_error("no limit of memory");
    const rlimit limit{static_cast<rlim_t>(in_use()) + bytes, before_.rlim_max};
    if (setrlimit(RLIMIT_DATA, &limit) != 0) throw std::runtime_error("memory cannot be limited");
  }
  ~MemoryLimit() { setrlimit(RLIMIT_DATA, &before_); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  static long in_use() {
    std::ifstream in("/proc/self/statm");
    long value = 0;
    for (int field = 0; field < 6; ++field) in >> value;  // the sixth: data and stack, in pages
    return value * sysconf(_SC_PAGESIZE);
  }

  rlimit before_{};
};

}  // namespace gradus::test
