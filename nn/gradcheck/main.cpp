// The `gradcheck` command: tries the cases that the program was linked with.
#include <boost/program_options.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/nn/gradcheck/case.hpp>

namespace {

namespace po = boost::program_options;
using namespace gradus;

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Options {
  std::vector<std::string> patterns;
  RunCaseOptions run;
  std::string json;
  std::optional<int> threads;
  double time_limit = 0;
  bool list = false;
  bool print = false;
  bool help = false;
};

po::options_description describe(Options& o) {
  po::options_description options("Options", 100, 60);
  const auto add = [&](const char* name, auto* value, const char* unit, const char* text) {
    options.add_options()(name, po::value(value)->value_name(unit), text);
  };
  options.add_options()("list", po::bool_switch(&o.list), "print the names of the cases that match");
  add("trials", &o.run.trials, "N", "random trials of each case (default 10)");
  add("seed", &o.run.seed, "N", "where all random choices start from (default 1)");
  add("dtype", &o.run.dtype, "NAME",
      "float64 or float32 (checked in float64 and compared); default: both in turn");
  options.add_options()("second-order", po::bool_switch(&o.run.second_order),
                        "check the second derivatives too");
  options.add_options()("print", po::bool_switch(&o.print),
                        "print every trial as C++, not only failing ones");
  add("json", &o.json, "FILE", "write what was found");
  options.add_options()("threads", po::value<int>()->value_name("N"), "threads to use (default: all)");
  add("time-limit", &o.time_limit, "SECONDS", "start no trial after that (default: none)");
  options.add_options()("help,h", po::bool_switch(&o.help), "show this");
  return options;
}

Options parse(int argc, const char* const* argv) {
  Options o;
  po::options_description options = describe(o), all = options;
  all.add_options()("pattern", po::value(&o.patterns));
  try {
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv)
                  .options(all)
                  .positional(po::positional_options_description().add("pattern", -1))
                  .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
                  .run(),
              values);
    po::notify(values);
    if (values.count("threads") != 0) o.threads = values["threads"].as<int>();
  } catch (const po::error& error) {
    throw UsageError(fmt::format("{} (--help lists the options)", error.what()));
  }
  if (o.run.trials < 1) throw UsageError("--trials must be at least 1");
  if (o.threads.value_or(1) < 1) throw UsageError("--threads must be at least 1");
  if (o.time_limit < 0) throw UsageError("--time-limit must not be negative");
  if (!o.run.dtype.empty() && o.run.dtype != "float64" && o.run.dtype != "float32")
    throw UsageError(fmt::format("--dtype {} is not known; choose float64 or float32", o.run.dtype));
  if (o.help) {
    std::ostringstream text;
    text << options;
    fmt::print(
        "Checks derivatives against differences, over random shapes, strides, options and ties.\n\n"
        "usage:   gradcheck [options] [pattern...]     a pattern may hold * and ?\n"
        "example: gradcheck 'conv*' --trials 50 --second-order\n\n{}\n"
        "Exit codes: 0 all agree, 1 a derivative is wrong, 2 wrong option or nothing matches.\n",
        text.str());
  }
  return o;
}

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*')
    return matches(pattern.substr(1), name) || (!name.empty() && matches(pattern, name.substr(1)));
  return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
         matches(pattern.substr(1), name.substr(1));
}

std::vector<GradcheckCase> select(const std::vector<std::string>& patterns) {
  std::vector<GradcheckCase> chosen;
  for (const GradcheckCase& one : GradcheckCases::all())
    if (patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                        [&](const std::string& p) { return matches(p, one.name); }))
      chosen.push_back(one);
  if (chosen.empty())
    throw UsageError(fmt::format("no case matches {}; --list prints them", fmt::join(patterns, " ")));
  return chosen;
}

/// One line, rewritten in place; nothing unless people look on.
class Progress {
 public:
  explicit Progress(std::size_t cases) : cases_(cases), shown_(isatty(STDERR_FILENO) != 0) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done, const std::string& name, int trial) const {
    if (shown_) fmt::print(stderr, "\r\x1b[K[{}/{}] {}, trial {}", done + 1, cases_, name, trial + 1);
  }
  void clear() const {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  std::size_t cases_;
  bool shown_;
};

void print_failure(const CaseResult& result) {
  fmt::print("{}: FAILED in trial {}, made smaller\n", result.name, result.trials);
  if (!result.error.empty()) fmt::print("  throws: {}\n", result.error);
  if (!result.report.check.empty()) fmt::print("  {}\n", result.report.text());
  if (!result.code.empty()) fmt::print("\n{}\n", result.code);
  std::fflush(stdout);
}

std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out << '\\' << c;
    else if (c == '\n')
      out << "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      out << ' ';
    else
      out << c;
  }
  out << '"';
  return out.str();
}

void write_json(const std::string& file, const std::vector<CaseResult>& results) {
  std::ofstream out(file);
  out << "[";
  for (std::size_t i = 0; i < results.size(); ++i) {
    const CaseResult& r = results[i];
    out << (i == 0 ? "\n" : ",\n")
        << fmt::format(R"({{"case":{},"ok":{},"trials":{},"error":{},"code":{},"report":{}}})",
                       quoted(r.name), r.ok, r.trials, quoted(r.error), quoted(r.code),
                       r.report.check.empty() ? "null" : r.report.json());
  }
  out << "\n]\n";
  if (!out.flush()) throw UsageError(fmt::format("cannot write {}", file));
}

int run(const Options& options) {
  const std::vector<GradcheckCase> cases = select(options.patterns);
  if (options.list) {
    for (const GradcheckCase& one : cases) fmt::print("{}\n", one.name);
    return 0;
  }
  std::optional<ThreadLimit> limit;
  if (options.threads) limit.emplace(*options.threads);
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const Progress progress(cases.size());
  std::vector<CaseResult> results;
  int trials = 0, failed = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    RunCaseOptions one = options.run;
    one.go_on = [&](int trial) {
      progress.show(i, cases[i].name, trial);
      return options.time_limit == 0 || elapsed() < options.time_limit;
    };
    if (options.print)
      one.passed = [&](const std::string& code) {
        progress.clear();
        fmt::print("{}\n", code);
      };
    results.push_back(run_case(cases[i], one));
    trials += results.back().trials;
    if (results.back().ok) continue;
    ++failed;
    progress.clear();
    print_failure(results.back());
  }
  progress.clear();
  if (!options.json.empty()) write_json(options.json, results);
  const auto untried =
      std::count_if(results.begin(), results.end(), [](const auto& r) { return r.trials == 0; });
  fmt::print("{} cases, {} trials: {} in {:.1f} s\n", cases.size(), trials,
             failed == 0 ? "all agree" : fmt::format("{} FAILED", failed), elapsed());
  if (untried != 0) fmt::print("{} cases were not tried within the time limit\n", untried);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = parse(argc, argv);
    return options.help ? 0 : run(options);
  } catch (const UsageError& error) {
    fmt::print(stderr, "gradcheck: {}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "gradcheck: {}\n", error.what());
    return 2;
  }
}
