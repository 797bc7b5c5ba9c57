#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <gradus/training/report.hpp>

namespace gradus::training::detail {

namespace {

constexpr double width = 480, height = 280, left = 56, right = 16, top = 12, bottom = 34;
constexpr std::size_t colours = 6;  // classes c0 to c5 of the style

/// Round numbers that divide a range into about four parts.
struct Scale {
  double low = 0, high = 1, step = 0.25;

  explicit Scale(const std::vector<double>& values, bool whole = false) {
    bool any = false;
    for (const double v : values) {
      if (!std::isfinite(v)) continue;
      low = any ? std::min(low, v) : v;
      high = any ? std::max(high, v) : v;
      any = true;
    }
    if (!(high > low)) {
      const double room = low == 0 ? 1 : std::abs(low) * 0.1;
      low -= room;
      high += room;
    }
    const double rough = (high - low) / 4, power = std::pow(10, std::floor(std::log10(rough)));
    step = rough / power < 1.5   ? power
           : rough / power < 3.5 ? 2 * power
           : rough / power < 7.5 ? 5 * power
                                 : 10 * power;
    if (whole) step = std::max(1.0, std::round(step));
  }
  /// Makes the ends multiples of the step.
  void round_out() {
    low = std::floor(low / step) * step;
    high = std::ceil(high / step) * step;
  }
  double share(double v) const { return (v - low) / (high - low); }
  std::vector<double> ticks() const {
    std::vector<double> at;
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-6; ++i) at.push_back(i * step);
    return at;
  }
};

std::string label(double v) { return fmt::format("{:.4g}", std::abs(v) < 1e-12 ? 0.0 : v); }

class Chart {
 public:
  Chart(const std::vector<double>& x, const std::vector<Line>& lines) : x_(x, true), y_(all(lines)) {
    y_.round_out();
  }

  std::string axes() const {
    std::string svg;
    for (const double v : y_.ticks())
      svg += fmt::format(
          "<line class='grid' x1='{:.1f}' x2='{:.1f}' y1='{:.1f}' y2='{:.1f}'/><text class='tick' x='{:.1f}' "
          "y='{:.1f}' text-anchor='end'>{}</text>\n",
          left, width - right, py(v), py(v), left - 8, py(v) + 4, label(v));
    for (const double v : x_.ticks())
      svg += fmt::format("<text class='tick' x='{:.1f}' y='{:.1f}' text-anchor='middle'>{}</text>\n", px(v),
                         height - bottom + 20, label(v));
    return svg;
  }

  std::string line(const std::vector<double>& x, const Line& line, std::size_t colour) const {
    std::string path, dots;
    bool drawing = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!std::isfinite(line.y[i])) {
        drawing = false;
        continue;
      }
      path += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", px(x[i]), py(line.y[i]));
      drawing = true;
      if (x.size() <= 60)
        dots += fmt::format(
            "<circle class='c{} dot' cx='{:.1f}' cy='{:.1f}' r='3'><title>{} {}: {}</title></circle>", colour,
            px(x[i]), py(line.y[i]), escaped(line.name), label(x[i]), label(line.y[i]));
    }
    return fmt::format("<path class='c{} line' d='{}'/>{}\n", colour, path, dots);
  }

 private:
  static std::vector<double> all(const std::vector<Line>& lines) {
    std::vector<double> values;
    for (const Line& line : lines) values.insert(values.end(), line.y.begin(), line.y.end());
    return values;
  }
  double px(double v) const { return left + x_.share(v) * (width - left - right); }
  double py(double v) const { return height - bottom - y_.share(v) * (height - top - bottom); }

  Scale x_, y_;
};

}  // namespace

std::string line_chart(const std::string& title, const std::vector<double>& x,
                       const std::vector<Line>& lines) {
  const Chart chart(x, lines);
  std::string drawing, legend;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    drawing += chart.line(x, lines[i], i % colours);
    legend +=
        fmt::format("<span class='key'><i class='c{}'></i>{}</span>", i % colours, escaped(lines[i].name));
  }
  return fmt::format(
      "<figure class='card'><figcaption>{}<span class='legend'>{}</span></figcaption>"
      "<svg viewBox='0 0 {} {}' role='img' aria-label='{}'>\n{}{}</svg></figure>\n",
      escaped(title), legend, width, height, escaped(title), chart.axes(), drawing);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace gradus::training::detail
