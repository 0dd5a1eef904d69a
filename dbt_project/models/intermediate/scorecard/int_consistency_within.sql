with submissions as (
    select
        stg_submissions.*,
        row_number() over (partition by form, org_unit_code, period order by version desc) as age
    from {{ ref('stg_submissions') }} as stg_submissions
    where version is not null
),

issues as (
    select * from {{ ref('stg_submission_issues') }}
    where severity = 'query'
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors') }}
),

-- What stands today: the version that counts and, where the newest one was returned, that one too. Mistakes
-- that have been put right are no longer held against anybody.
standing as (
    select * from submissions
    where is_current or (age = 1 and verdict = 'returned')
),

-- A query about a whole submission counts as one row.
queries as (
    select
        submission_id,
        count(case when is_explained is not true then 1 end) as open_queries,
        count(
            distinct case
                when is_explained is not true
                    then coalesce(sheet, '') || ' ' || coalesce(cast(source_row as string), '')
            end
        ) as rows_with_open_queries,
        count(case when rule_code like 'CD-Q32%' then 1 end) as sudden_changes
    from issues
    group by submission_id
),

measured as (
    select
        standing.period,
        standing.org_unit_code,
        standing.rows_accepted,
        standing.rows_returned,
        coalesce(queries.open_queries, 0) as open_queries,
        least(coalesce(queries.rows_with_open_queries, 0), standing.rows_accepted) as rows_with_open_queries,
        case when standing.is_current then coalesce(queries.sudden_changes, 0) else 0 end as sudden_changes
    from standing
    left join queries on standing.submission_id = queries.submission_id
),

summed as (
    select
        ancestors.period,
        ancestors.ancestor_code as org_unit_code,
        sum(measured.rows_accepted) as rows_accepted,
        sum(measured.rows_returned) as rows_returned,
        sum(measured.open_queries) as open_queries,
        sum(measured.rows_with_open_queries) as rows_with_open_queries,
        sum(measured.sudden_changes) as sudden_changes
    from ancestors
    inner join measured
        on ancestors.period = measured.period and ancestors.org_unit_code = measured.org_unit_code
    group by ancestors.period, ancestors.ancestor_code
),

final as (
    select
        period,
        org_unit_code,
        cast(rows_accepted + rows_returned as bigint) as rows_judged,
        cast(rows_returned as bigint) as rows_returned,
        cast(open_queries as bigint) as open_queries,
        {{ percent('(rows_returned + rows_with_open_queries)', '(rows_accepted + rows_returned)') }}
            as in_question_pct,
        {{ ratio(1000, 'sudden_changes', 'rows_accepted') }} as sudden_changes_per_1000
    from summed
)

select * from final
