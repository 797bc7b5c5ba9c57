#pragma once

namespace gradus::training {

/// As long as it lives, SIGINT (Ctrl-C) and SIGTERM do not end the process but are noted, so that a loop can
/// finish its batch, save and leave:
///
///     const training::StopSignals stop;
///     for (...) { train; if (stop) break; }
///     save; return stop.exit_code();
///
/// A second such signal ends the process as usual. One at a time in a process.
class StopSignals {
 public:
  StopSignals();
  /// Gives the signals back to those who had them before.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Whether one has come.
  explicit operator bool() const { return signal() != 0; }
  /// Its number; 0 if none has come.
  int signal() const;
  /// What a shell expects of a program that a signal has stopped, 130 or 143; 0 if none has come.
  int exit_code() const { return signal() == 0 ? 0 : 128 + signal(); }

 private:
  void (*interrupt_before_)(int);
  void (*terminate_before_)(int);
};

}  // namespace gradus::training
