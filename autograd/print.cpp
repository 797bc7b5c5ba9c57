#include <gradus/autograd/print.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

constexpr std::int64_t most_elements = 1000;
constexpr std::int64_t edge_elements = 3;
constexpr std::size_t line_width = 80;
constexpr std::int64_t gap = -1;

/// The places along a dimension of `size` that are shown, with a gap where some are left out.
std::vector<std::int64_t> places(std::int64_t size, bool shortened) {
  std::vector<std::int64_t> shown;
  const bool cut = shortened && size > 2 * edge_elements;
  for (std::int64_t i = 0; i < (cut ? edge_elements : size); ++i) shown.push_back(i);
  if (!cut) return shown;
  shown.push_back(gap);
  for (std::int64_t i = size - edge_elements; i < size; ++i) shown.push_back(i);
  return shown;
}

/// The elements that are shown, in order.
template <class T, class Shown>
void gather(const T* first, const Tensor& x, std::size_t dim, bool shortened, std::vector<Shown>& out) {
  if (dim == x.rank()) {
    out.push_back(static_cast<Shown>(*first));
    return;
  }
  for (const std::int64_t i : places(x.shape()[dim], shortened))
    if (i != gap) gather(first + i * x.strides()[dim], x, dim + 1, shortened, out);
}

/// Real numbers in one notation that suits them all.
std::vector<std::string> texts(const std::vector<double>& values, int precision) {
  double smallest = 0, largest = 0;  // of the finite ones but 0, by magnitude
  bool whole = true;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    whole = whole && v == std::floor(v);
    if (v == 0) continue;
    largest = std::max(largest, std::abs(v));
    smallest = smallest == 0 ? std::abs(v) : std::min(smallest, std::abs(v));
  }
  const bool scientific = largest > 1e8 || (!whole && (smallest < 1e-4 || largest / smallest > 1e3));
  std::vector<std::string> all;
  for (const double v : values) {
    if (std::isnan(v))
      all.emplace_back("nan");
    else if (std::isinf(v))
      all.emplace_back(v > 0 ? "inf" : "-inf");
    else if (scientific)
      all.push_back(fmt::format("{:.{}e}", v, precision));
    else
      all.push_back(whole ? fmt::format("{:.0f}.", v) : fmt::format("{:.{}f}", v, precision));
  }
  return all;
}

std::vector<std::string> element_texts(const Tensor& x, bool shortened, int precision) {
  return dispatch(x.dtype(), [&]<class T>() {
    std::vector<std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>> values;
    gather(x.data<T>(), x, 0, shortened, values);
    if constexpr (std::is_floating_point_v<T>) {
      return texts(values, precision);
    } else {
      std::vector<std::string> all;
      for (const std::int64_t v : values)
        all.push_back(std::is_same_v<T, bool> ? (v != 0 ? "true" : "false") : fmt::format("{}", v));
      return all;
    }
  });
}

/// Writes nested brackets around elements of equal width.
struct Writer {
  const Shape& shape;
  bool shortened;
  std::vector<std::string> elements;
  std::size_t width = 0;
  std::size_t next = 0;
  std::string out = {};

  void element() { out += fmt::format("{:>{}}", elements[next++], width); }

  /// One run of the last dimension, broken into lines behind the `indent`.
  void row(std::size_t indent) {
    const std::size_t a_line =
        line_width > indent ? std::max<std::size_t>((line_width - indent) / (width + 2), 1) : 1;
    std::size_t written = 0;
    for (const std::int64_t i : places(shape.back(), shortened)) {
      if (written > 0) out += written % a_line == 0 ? ",\n" + std::string(indent, ' ') : ", ";
      ++written;
      if (i == gap)
        out += "...";
      else
        element();
    }
  }

  void block(std::size_t dim, std::size_t indent) {
    if (dim == shape.size()) return element();
    out += '[';
    ++indent;
    if (dim + 1 == shape.size()) {
      row(indent);
    } else {
      bool first = true;
      for (const std::int64_t i : places(shape[dim], shortened)) {
        if (!first) out += ',' + std::string(shape.size() - dim - 1, '\n') + std::string(indent, ' ');
        first = false;
        if (i == gap)
          out += "...";
        else
          block(dim + 1, indent);
      }
    }
    out += ']';
  }
};

/// What the elements do not tell: ", shape=[2, 0], dtype=float64".
std::string remarks(const Tensor& x, bool shortened) {
  std::string text;
  const bool is_empty = x.numel() == 0;
  if (shortened || (is_empty && x.shape() != Shape{0})) text += fmt::format(", shape={}", x.shape());
  const bool evident = !is_empty && (x.dtype() == int64 || x.dtype() == boolean);
  if (x.dtype() != float32 && !evident) text += fmt::format(", dtype={}", x.dtype());
  if (!x.name().empty()) text += ", name=" + x.name();
  if (x.requires_grad())
    text += x.is_leaf() ? ", requires_grad" : fmt::format(", op={}", x.impl()->node->op());
  return text;
}

}  // namespace

std::string to_string(const Tensor& x, int precision) {
  if (!x.defined()) return "tensor(undefined)";
  const std::string opening = "tensor(";
  const bool shortened = x.numel() > most_elements;
  if (x.numel() == 0) return opening + "[]" + remarks(x, shortened) + ")";
  Writer writer{x.shape(), shortened, element_texts(x, shortened, precision)};
  for (const std::string& text : writer.elements) writer.width = std::max(writer.width, text.size());
  writer.block(0, opening.size());
  return opening + writer.out + remarks(x, shortened) + ")";
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }

}  // namespace gradus

fmt::appender fmt::formatter<gradus::Tensor>::format(const gradus::Tensor& x,
                                                     fmt::format_context& context) const {
  return fmt::format_to(context.out(), "{}", gradus::to_string(x, precision_));
}
