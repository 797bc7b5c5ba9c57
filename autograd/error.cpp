#include <gradus/autograd/error.hpp>

namespace gradus {

thread_local constinit const OpScope* OpScope::current_ = nullptr;

SourceLocation OpScope::outermost(const SourceLocation& fallback) {
  const OpScope* scope = current_;
  if (scope == nullptr) return fallback;
  while (scope->outer_ != nullptr) scope = scope->outer_;
  return scope->at_;
}

std::string OpScope::describe(std::string_view text) {
  if (current_ == nullptr) return std::string(text);
  const SourceLocation at = outermost({});
  return fmt::format("{}: {} ({}:{})", current_->name_, text, at.file_name(), at.line);
}

}  // namespace gradus
