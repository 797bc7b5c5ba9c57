#include <gradus/nn/describe.hpp>

#include <boost/core/demangle.hpp>

namespace gradus::nn {

void detail::add_setting(std::string& text, std::string_view name, std::string_view value) {
  if (!text.empty()) text += ", ";
  text.append(name).append("=").append(value);
}

std::string type_name(const std::type_info& type) {
  const std::string full = boost::core::demangle(type.name());
  if (full.find("{lambda") != std::string::npos && full.back() == '}') return "lambda";
  // The last "::" that is not inside the brackets of a template or a function.
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < full.size(); ++i) {
    if (full[i] == '<' || full[i] == '(' || full[i] == '{') ++depth;
    if (full[i] == '>' || full[i] == ')' || full[i] == '}') --depth;
    if (depth == 0 && full.compare(i, 2, "::") == 0) begin = i + 2;
  }
  return full.substr(begin, full.find('<', begin) - begin);
}

}  // namespace gradus::nn
