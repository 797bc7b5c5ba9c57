// The rows of one library, as a program of Google Benchmark; the other library's program is built from the
// same sources.
//   bench [--threads N] [options of Google Benchmark]   runs rows and prints a table
//   bench [--threads N] --serve                         reads names of rows, one a line, and answers each
//   with a line of JSON bench [--threads N] --peak-memory                   trains the digit network and
//   prints what that took, in JSON
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <library.hpp>
#include <string>
#include <vector>

#include "harness.hpp"
#include "peak_memory.hpp"

namespace {

int threads = 1;

/// One line of JSON for each row.
class JsonLines : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) {
        print_error(run.run_name.function_name, run.error_message);
        continue;
      }
      const double seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
      std::printf(R"({"name": "%s", "seconds": %.9g, "counters": {)", run.run_name.function_name.c_str(),
                  seconds);
      const char* separator = "";
      for (const auto& [name, counter] : run.counters) {
        std::printf(R"(%s"%s": %.9g)", separator, name.c_str(), counter.value);
        separator = ", ";
      }
      std::printf("}}\n");
    }
    std::fflush(stdout);
  }

  static void print_error(const std::string& name, const std::string& message) {
    std::string text;
    for (const char c : message.substr(0, message.find('\n')))
      if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= ' ') text += c;
    std::printf(R"({"name": "%s", "error": "%s"})"
                "\n",
                name.c_str(), text.c_str());
    std::fflush(stdout);
  }
};

int serve() {
  JsonLines reporter;
  std::printf(R"({"library": "%s"})"
              "\n",
              lib::version().c_str());
  std::fflush(stdout);
  for (std::string name; std::getline(std::cin, name);)
    if (benchmark::RunSpecifiedBenchmarks(&reporter, "^" + name + "/real_time$") == 0)
      JsonLines::print_error(name, "no such row");
  return 0;
}

}  // namespace

void add_row(const std::string& name, std::function<void(benchmark::State&)> run) {
  benchmark::RegisterBenchmark(name.c_str(), [run = std::move(run)](benchmark::State& state) {
    try {
      run(state);
    } catch (const std::exception& error) {
      state.SkipWithError(error.what());
    }
  })->UseRealTime();
}

int wanted_threads() { return threads; }

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  bool serves = false, memory = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--serve") == 0)
      serves = true;
    else if (std::strcmp(argv[i], "--peak-memory") == 0)
      memory = true;
    else if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc && std::atoi(argv[i + 1]) > 0)
      threads = std::atoi(argv[++i]);
    else
      return std::fprintf(stderr, "bench: cannot make sense of '%s'\n", argv[i]), 2;
  }
  const lib::Threads limit(threads);
  if (memory) return print_peak_memory();

  for (const auto add :
       {add_limits, add_steps, add_latencies, add_matmuls, add_scalars, add_loading, add_optimizers, add_ops})
    add();
  if (serves) return serve();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
