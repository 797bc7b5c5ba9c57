#include <gradus/training/report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/png.hpp>

namespace gradus::training {

namespace {

using detail::escaped;
using Rows = std::vector<std::pair<std::string, std::string>>;

constexpr const char* style = R"css(
:root{--bg:#f6f7f9;--card:#fff;--ink:#1c2430;--soft:#66707f;--rule:#e3e7ed;--heat:37,99,235}
@media(prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b212a;--ink:#e8ecf2;--soft:#98a3b3;--rule:#2d3642;--heat:96,165,250}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;margin:0 0 20px}h2{font-size:17px;margin:36px 0 12px}
.cards{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(400px,1fr))}
.card,.head div{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:16px;margin:0}
.head{display:flex;flex-wrap:wrap;gap:12px}.head div{flex:1 1 auto;min-width:110px}
.head b{display:block;font-size:22px;overflow-wrap:anywhere}.head span,p.note{color:var(--soft);font-size:13px}
figcaption{display:flex;justify-content:space-between;gap:12px;flex-wrap:wrap;font-weight:600;margin-bottom:8px}
.legend{font-weight:400;color:var(--soft);font-size:13px}.key{margin-left:12px}
.key i{display:inline-block;width:12px;height:3px;margin-right:6px;vertical-align:middle;background:currentColor}
svg{width:100%;height:auto;display:block}
.grid{stroke:var(--rule)}.tick{fill:var(--soft);font-size:11px}
.line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}.dot{fill:currentColor;stroke:none}
.c0{color:#2563eb}.c1{color:#ea7317}.c2{color:#0f9f6e}.c3{color:#c0396b}.c4{color:#7c5cd6}.c5{color:#8a8f98}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td,th{padding:5px 10px;text-align:right;border-bottom:1px solid var(--rule);font-weight:400}
th{color:var(--soft);font-size:13px}td:first-child,th:first-child{text-align:left}tr:last-child td{border-bottom:0}
.scroll{overflow-x:auto}.heat td,.heat th{text-align:center;border:1px solid var(--card);padding:6px 4px}
.heat td{border-radius:4px}.pics{display:flex;flex-wrap:wrap;gap:12px}
.pics figure{margin:0;text-align:center;font-size:12px;color:var(--soft)}
.pics img{display:block;width:72px;height:72px;object-fit:contain;image-rendering:pixelated;border-radius:6px;margin:0 auto 4px;border:1px solid var(--rule)}
.bar{display:inline-block;height:8px;border-radius:4px;background:rgb(var(--heat));vertical-align:middle;min-width:1px}
)css";

std::string base64(const std::string& bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k)
      word = word << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k <= bytes.size() ? letters[word >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string headlines(const Rows& rows) {
  std::string html = "<div class='head'>";
  for (const auto& [name, value] : rows)
    html += fmt::format("<div><b>{}</b><span>{}</span></div>", escaped(value), escaped(name));
  return html + "</div>\n";
}

std::string curves(const Report& report) {
  std::vector<double> x;
  const bool by_epoch = report.history.has("epoch");
  if (by_epoch) x = report.history.column("epoch");
  for (std::size_t i = x.size(); i < report.history.size(); ++i) x.push_back(static_cast<double>(i + 1));
  std::string html = "<h2>Curves</h2>";
  html += fmt::format("<p class='note'>By {}.</p><div class='cards'>", by_epoch ? "epoch" : "row");
  for (const Report::Curves& curve : report.curves) {
    std::vector<detail::Line> lines;
    for (const std::string& column : curve.columns) lines.push_back({column, report.history.column(column)});
    html += detail::line_chart(curve.title, x, lines);
  }
  return html + "</div>\n";
}

/// A cell's shade is its share of the row; the diagonal's is drawn fainter, so that mistakes stand out.
std::string confusion(const Report& report) {
  const auto& counts = report.confusion;
  const auto name = [&](std::size_t i) {
    return report.classes.empty() ? std::to_string(i) : escaped(report.classes[i]);
  };
  require(report.classes.empty() || report.classes.size() == counts.size(),
          "write_report: {} classes, but {} rows of confusion", report.classes.size(), counts.size());
  std::string html =
      "<h2>Confusion</h2><p class='note'>Rows: what it is. Columns: what it was taken for.</p>"
      "<div class='card scroll'><table class='heat'><tr><th></th>";
  for (std::size_t p = 0; p < counts.size(); ++p) html += fmt::format("<th>{}</th>", name(p));
  html += "<th>accuracy</th></tr>\n";
  for (std::size_t label = 0; label < counts.size(); ++label) {
    require(counts[label].size() == counts.size(),
            "write_report: row {} of the confusion has {} columns, not {}", label, counts[label].size(),
            counts.size());
    double total = 0;
    for (const std::int64_t n : counts[label]) total += static_cast<double>(n);
    html += fmt::format("<tr><th>{}</th>", name(label));
    for (std::size_t p = 0; p < counts.size(); ++p) {
      const auto n = static_cast<double>(counts[label][p]);
      const double share = total > 0 ? n / total : 0;
      const double shade = n == 0 ? 0 : p == label ? 0.28 * share : std::min(0.85, 0.15 + 6 * share);
      const char* colour = p == label ? "var(--heat)" : "220,60,60";
      html += n == 0 ? "<td></td>"
                     : fmt::format("<td style='background:rgba({},{:.2f})'>{}</td>", colour, shade, n);
    }
    html += fmt::format("<td>{:.1f}%</td></tr>\n",
                        total > 0 ? 100 * static_cast<double>(counts[label][label]) / total : 0.0);
  }
  return html + "</table></div>\n";
}

std::string pictures(const char* title, const std::vector<Report::Picture>& all) {
  std::string html = fmt::format("<h2>{}</h2><div class='card pics'>", title);
  for (const Report::Picture& picture : all)
    html += fmt::format("<figure><img alt='{0}' src='data:image/png;base64,{1}'>{0}</figure>\n",
                        escaped(picture.caption), base64(data::encode_png(data::to_pixels(picture.image))));
  return html + "</div>\n";
}

std::string size_text(std::int64_t bytes) {
  const auto b = static_cast<double>(bytes);
  return b >= 1e6   ? fmt::format("{:.1f} MB", b / 1e6)
         : b >= 1e3 ? fmt::format("{:.1f} kB", b / 1e3)
                    : fmt::format("{} B", bytes);
}

std::string layers(const std::vector<LayerCost>& costs) {
  double most = 1e-12;
  for (const LayerCost& cost : costs) most = std::max(most, cost.forward + cost.backward);
  std::string html =
      "<h2>Time and memory by layer</h2><p class='note'>One training step. A layer's time begins where the "
      "one before it "
      "ended, so functions between two layers count with the later one.</p><div class='card "
      "scroll'><table><tr><th>layer</th>"
      "<th>result</th><th>parameters</th><th>memory of "
      "results</th><th>forward</th><th>backward</th><th></th></tr>\n";
  for (const LayerCost& cost : costs)
    html += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.2f} ms</td><td>{:.2f} ms</td>"
        "<td style='width:130px;text-align:left'><i class='bar' style='width:{:.0f}px'></i></td></tr>\n",
        cost.path.empty() ? "<i>rest</i>" : escaped(cost.path), cost.output, size_text(cost.parameters),
        size_text(cost.memory), cost.forward * 1e3, cost.backward * 1e3,
        110 * (cost.forward + cost.backward) / most);
  return html + "</table></div>\n";
}

std::string settings(const Rows& rows) {
  std::string html = "<h2>Settings</h2><div class='card scroll'><table>";
  for (const auto& [name, value] : rows)
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(name), escaped(value));
  return html + "</table></div>\n";
}

/// From blue over white to red, for -1 to 1.
Tensor diverging(const std::vector<double>& values, std::int64_t h, std::int64_t w) {
  const Tensor picture = empty({3, h, w}, uint8);
  auto* to = picture.mutable_data<std::uint8_t>();
  const std::size_t n = values.size();
  constexpr double red[3] = {200, 40, 45}, blue[3] = {35, 90, 190};
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < n; ++i) {
      const double end = values[i] > 0 ? red[c] : blue[c], share = std::min(std::abs(values[i]), 1.0);
      to[c * n + i] = static_cast<std::uint8_t>(std::lround(255 + (end - 255) * share));
    }
  return picture;
}

}  // namespace

std::vector<Report::Picture> filter_pictures(const Tensor& weight, std::int64_t count, std::int64_t height,
                                             std::int64_t width) {
  const bool convolution = weight.rank() == 4;
  require<ShapeError>(
      convolution || (weight.rank() == 2 && height > 0 && weight.size(1) == height * width),
      "filter_pictures: given {} and pictures of {} x {}; needs [out, in, h, w], or [out, h * w]",
      weight.shape(), height, width);
  const std::int64_t inputs = convolution ? weight.size(1) : 1;
  const std::int64_t h = convolution ? weight.size(2) : height, w = convolution ? weight.size(3) : width;
  const std::vector<double> all = weight.detach().to(float64).to_vector<double>();
  std::vector<Report::Picture> pictures;
  for (std::int64_t k = 0; k < std::min(count, weight.size(0)) && h * w > 0; ++k) {
    std::vector<double> filter(static_cast<std::size_t>(h * w), 0);
    for (std::int64_t i = 0; i < inputs * h * w; ++i) {
      const double v = all[static_cast<std::size_t>(k * inputs * h * w + i)];
      filter[static_cast<std::size_t>(i % (h * w))] += std::isfinite(v) ? v : 0;
    }
    double most = 1e-30;
    for (const double v : filter) most = std::max(most, std::abs(v));
    for (double& v : filter) v /= most;
    pictures.push_back({diverging(filter, h, w), std::to_string(k)});
  }
  return pictures;
}

void write_report(const std::filesystem::path& file, const Report& r) {
  std::string html = fmt::format(
      "<!doctype html><html lang='en'><head><meta charset='utf-8'><meta name='viewport' "
      "content='width=device-width,initial-scale=1'><title>{0}</title><style>{1}</style></head>"
      "<body><main><h1>{0}</h1>\n",
      escaped(r.title), style);
  if (!r.headlines.empty()) html += headlines(r.headlines);
  if (!r.curves.empty() && !r.history.empty()) html += curves(r);
  if (!r.confusion.empty()) html += confusion(r);
  if (!r.mistakes.empty()) html += pictures("Worst mistakes", r.mistakes);
  if (!r.filters.empty()) html += pictures("Filters of the first layer", r.filters);
  if (!r.layers.empty()) html += layers(r.layers);
  if (!r.settings.empty()) html += settings(r.settings);
  data::write_file(file, html + "</main></body></html>\n");
}

}  // namespace gradus::training
