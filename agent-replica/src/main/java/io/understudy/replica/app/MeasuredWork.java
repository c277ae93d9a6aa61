package io.understudy.replica.app;

import io.understudy.replica.forecast.MeasuredTimes;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.Round;

/** What is measured for forecasts, and where that is kept. */
record MeasuredWork(Round round, Promotion promotion, MeasuredTimes measured) {}
