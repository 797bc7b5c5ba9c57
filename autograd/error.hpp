#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include <gradus/autograd/location.hpp>

namespace gradus {

/// Base of every exception that the library throws for a user's mistake. The text says the op, what was
/// given, what was needed and the user's line: `matmul: a is [2, 3] and b is [4, 5]; ... (net.cpp:17)`.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Shapes that do not fit each other or the op.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// An element type that the op does not take, or two that may not be mixed.
class DTypeError : public Error {
 public:
  using Error::Error;
};

/// An index, dimension or class number out of range.
class IndexError : public Error {
 public:
  using Error::Error;
};

/// A value that makes no sense where it was given: a negative stride, a probability above 1.
class ValueError : public Error {
 public:
  using Error::Error;
};

/// Misuse of the tape: a second backward through a freed graph, a saved tensor changed in place.
class GraphError : public Error {
 public:
  using Error::Error;
};

/// A file that is missing, damaged or cannot be written.
class IoError : public Error {
 public:
  using Error::Error;
};

/// Names the op that runs on this thread, for error texts and for the nodes it records. Scopes nest: the text
/// carries the innermost name and the outermost location, which is the line the user wrote.
class OpScope {
 public:
  OpScope(std::string_view name, const SourceLocation& at) : name_(name), at_(at), outer_(current_) {
    current_ = this;
  }
  ~OpScope() { current_ = outer_; }
  OpScope(const OpScope&) = delete;
  OpScope& operator=(const OpScope&) = delete;

  /// The location of the outermost scope of this thread, or `fallback` outside of any.
  static SourceLocation outermost(const SourceLocation& fallback);
  /// `text` with the innermost op's name before it and the user's line behind it.
  static std::string describe(std::string_view text);

 private:
  std::string_view name_;
  SourceLocation at_;
  const OpScope* outer_;
  static thread_local constinit const OpScope* current_;
};

/// Throws `E` with the formatted text, completed by the running op's name and the user's line.
template <class E = ValueError, class... T>
[[noreturn]] void fail(fmt::format_string<T...> text, T&&... values) {
  throw E(OpScope::describe(fmt::format(text, std::forward<T>(values)...)));
}

/// `fail<E>` unless `ok`. Nothing is formatted when `ok`.
template <class E = ValueError, class... T>
void require(bool ok, fmt::format_string<T...> text, T&&... values) {
  if (!ok) [[unlikely]]
    fail<E>(text, std::forward<T>(values)...);
}

}  // namespace gradus
