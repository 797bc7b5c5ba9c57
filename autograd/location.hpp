#pragma once

#include <cstdint>
#include <string_view>

namespace gradus {

/// Where in the user's source an op was called. Taken as a last, defaulted argument:
/// `SourceLocation at = SourceLocation::current()`. (clang 14 has no std::source_location.)
struct SourceLocation {
  const char* file = "";
  std::uint32_t line = 0;
  const char* function = "";

  constexpr SourceLocation() = default;
  constexpr SourceLocation(const char* file, std::uint32_t line, const char* function)
      : file(file), line(line), function(function) {}
  /// Written out so that calls pass a reference to the temporary, by the calling convention. Copied to the
  /// stack by wider moves than it was written by, it would hold up every op by 5 ns.
  constexpr SourceLocation(const SourceLocation& other)
      : file(other.file), line(other.line), function(other.function) {}
  constexpr SourceLocation& operator=(const SourceLocation&) = default;

  static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                          std::uint32_t line = __builtin_LINE(),
                                          const char* function = __builtin_FUNCTION()) {
    return {file, line, function};
  }

  /// The file without its folders.
  constexpr std::string_view file_name() const {
    const std::string_view path = file;
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  }
};

}  // namespace gradus
