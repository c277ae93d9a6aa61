/** What a switch at this moment would bring: how old the data is, how long it takes, and what stands in the way. */
package io.understudy.replica.forecast;
