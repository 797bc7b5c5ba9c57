#include <gradus/nn/print.hpp>

#include <fmt/format.h>

namespace gradus::nn {

namespace {

/// The last part of a path.
std::string_view last(std::string_view path) { return path.substr(path.rfind('.') + 1); }

/// Writes module `self` without a line break at its end; returns the number of the part behind it.
void write(std::string& out, const std::vector<Part>& parts, std::size_t self, const std::string& indent) {
  const Part& module = parts[self];
  const std::string settings = module.type->describe(module.object);
  const std::string inner = indent + "  ";
  std::string lines;
  for (std::size_t i = self + 1; i < module.end;
       i = parts[i].kind == Part::Kind::module ? parts[i].end : i + 1) {
    if (parts[i].kind != Part::Kind::module) continue;
    lines += fmt::format("\n{}({}): ", inner, last(parts[i].path));
    write(lines, parts, i, inner);
  }
  out += type_name(module.type->id);
  if (lines.empty())
    out += fmt::format("({})", settings);
  else if (settings.empty())
    out += fmt::format("({}\n{})", lines, indent);
  else
    out += fmt::format("(\n{}{}{}\n{})", inner, settings, lines, indent);
}

}  // namespace

std::string detail::to_string(const std::vector<Part>& parts) {
  std::string out;
  if (!parts.empty()) write(out, parts, 0, "");
  return out;
}

}  // namespace gradus::nn
